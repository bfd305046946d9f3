//! Calls that are over.

#![expect(
    unused_qualifications,
    reason = "the macro that describes parameters writes one"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use tandem_engine::records::Outcome;
use tandem_engine::{By, Number};
use tandem_reports::{outcome_word, reason_word, result_word};
use tokio::task::spawn_blocking;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::notes::NotedRow;
use super::paging::{Page, known, place};
use super::problem::Problem;
use super::serve::App;
use super::sign_in::Viewer;
use crate::driver::Directory;
use crate::store::{
    CallRecord, LogKey, LogRow, LogStep, NoteRow, RecordKey, RecordsOf, Store, StoreError,
    SurveyRow,
};
use crate::views::Sight;

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(records))
}

/// Which records: those of a queue, a caller or an agent, or of all queues that there are.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// A queue's number.
    queue: Option<String>,
    /// A caller's number.
    caller: Option<String>,
    /// The number of who answered.
    agent: Option<String>,
    /// Callers who joined then or later, in Unix ms.
    from: Option<i64>,
    /// Callers who joined then or before, in Unix ms.
    to: Option<i64>,
    /// Calls with this outcome alone: `abandoned`, `answered` or `missed`.
    outcome: Option<String>,
    /// Missed and abandoned calls that are as far alone: `not_dealt`, `dealing` or `dealt`.
    processing: Option<String>,
    /// Calls that are noted to have come to this disposition alone.
    disposition: Option<String>,
    /// Callers alone with this in their number, or in the name of the contact that they are,
    /// whatever the case of letters; whose contacts one may not know have no name.
    search: Option<String>,
    /// Deleted logs instead, for those who see everything.
    deleted: Option<bool>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Records of a page, 1 to 500; default 100.
    limit: Option<usize>,
}

/// Records in the order in which their callers joined.
#[derive(Debug, Serialize, ToSchema)]
struct Records {
    /// The records.
    records: Vec<RecordRow>,
    /// Where the next page begins; null where there is none.
    next: Option<String>,
}

/// One visit of a call to a queue.
#[derive(Debug, Serialize, ToSchema)]
struct RecordRow {
    /// The call.
    id: String,
    /// Which of its visits to a queue, from zero.
    visit: u16,
    /// The queue's number.
    queue: String,
    /// The caller's number; null where it is withheld or was erased.
    caller: Option<String>,
    /// Which of the company's contacts that is now; null for nobody of them, and for
    /// those who may not know.
    contact: Option<String>,
    /// When the caller joined, in Unix ms.
    joined_at: i64,
    /// From joining to the answer, or to leaving without one, in ms.
    waited_ms: u64,
    /// From the answer to the end, in ms.
    talked_ms: u64,
    /// How long of that the caller was on hold, in ms.
    held_ms: u64,
    /// `abandoned`, `answered` or `missed`.
    outcome: &'static str,
    /// Why the call left the queue.
    reason: &'static str,
    /// The number of who answered.
    agent: Option<String>,
    /// Whether the caller was to be called back.
    callback: bool,
    /// How often a telephone rang for it.
    offers: u32,
    /// Its name where something is done about it.
    log: String,
    /// The key by which the caller said how the service was; null where he was not asked,
    /// or did not answer.
    survey_key: Option<char>,
    /// What that was worth.
    survey_points: Option<i16>,
    /// How far a missed or abandoned call is dealt with: `not_dealt`, `dealing` or
    /// `dealt`; null for answered ones.
    processing: Option<&'static str>,
    /// How it came to that, the last step last.
    processed: Vec<ProcessedRow>,
    /// What was noted of it; null where nothing was, and for those who have no right to
    /// note it.
    note: Option<NotedRow>,
    /// Who deleted the log; null where nobody did.
    deleted_by: Option<String>,
    /// When, in Unix ms.
    deleted_at: Option<i64>,
}

/// A step in dealing with a call.
#[derive(Debug, Serialize, ToSchema)]
struct ProcessedRow {
    /// What it came to.
    result: &'static str,
    /// The number of who did it; null for the system.
    by: Option<String>,
    /// When, in Unix ms.
    at: i64,
    /// Whether it followed another call of the same caller by itself.
    auto_sync: bool,
}

pub(crate) fn who(by: By) -> Option<String> {
    match by {
        By::Person(number) => Some(number.to_string()),
        By::System => None,
    }
}

impl RecordRow {
    fn new(
        record: &CallRecord,
        log: &LogRow,
        survey: Option<SurveyRow>,
        note: Option<NotedRow>,
        directory: Option<&Directory>,
    ) -> Self {
        let call = &record.call;
        let step = |step: &LogStep| ProcessedRow {
            result: result_word(step.result),
            by: who(step.stamp.by),
            at: step.stamp.at_us.div_euclid(1_000),
            auto_sync: step.auto_sync,
        };
        Self {
            id: call.call.to_string(),
            visit: call.visit,
            queue: record.queue.to_string(),
            caller: (!call.caller.is_none()).then(|| call.caller.to_string()),
            contact: (directory)
                .and_then(|directory| directory.contact_of(call.caller))
                .map(|contact| contact.name.clone()),
            joined_at: record.joined_us.div_euclid(1_000),
            waited_ms: call.waited.micros() / 1_000,
            talked_ms: call.talked.micros() / 1_000,
            held_ms: call.held.micros() / 1_000,
            outcome: outcome_word(call.outcome),
            reason: reason_word(call.reason),
            agent: record.agent.map(|agent| agent.to_string()),
            callback: call.callback,
            offers: call.offers,
            log: LogKey::of(record).to_string(),
            survey_key: survey.map(|survey| survey.key.symbol()),
            survey_points: survey.map(|survey| survey.points),
            processing: (call.outcome != Outcome::Answered).then(|| result_word(log.processing())),
            processed: log.steps.iter().map(step).collect(),
            note,
            deleted_by: log.deleted.and_then(|stamp| who(stamp.by)),
            deleted_at: log.deleted.map(|stamp| stamp.at_us.div_euclid(1_000)),
        }
    }
}

/// A record as the API shows it, for others who are told of it: as soon as the talk is over,
/// when the caller has not yet said how it was.
pub(crate) fn record_json(
    record: &CallRecord,
    log: &LogRow,
    note: Option<NoteRow>,
    directory: &Directory,
) -> Vec<u8> {
    let note = note.map(NotedRow::new);
    let row = RecordRow::new(record, log, None, note, Some(directory));
    serde_json::to_vec(&row).expect("a record can be written as JSON")
}

/// Pages of the records of a queue, a caller or an agent, or of all queues. Who may not see
/// everything sees what the rights of managers and agents let him see: answered
/// calls, missed ones, those that he answered himself.
#[utoipa::path(get, path = "/calls/records", tag = "records", params(Asked), responses(
    (status = 200, body = Records), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem),
))]
async fn records(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Records>, Problem> {
    let Query(asked) = asked.map_err(|why| Problem::bad("query", why.body_text()))?;
    let search = Search::new(&asked)?;
    if let Some(RecordsOf::Queue(queue)) = search.of
        && !viewer.sight.sees_records_of(queue)
    {
        return Err(Problem::denied());
    }
    let store = app.store.clone();
    let found = spawn_blocking(move || search.run(&store, &viewer)).await;
    let found = found.map_err(|_| Problem::unavailable("stopped", "the server stops"))??;
    Ok(Json(found))
}

/// A record, and what is known beside it.
type Beside = (CallRecord, ((LogRow, Option<SurveyRow>), Option<NoteRow>));

struct Search {
    /// `None`: of all queues that may be seen.
    of: Option<RecordsOf>,
    page: Page,
    outcome: Option<String>,
    processing: Option<String>,
    disposition: Option<String>,
    /// In small letters.
    sought: Option<String>,
    deleted: bool,
}

impl Search {
    fn new(asked: &Asked) -> Result<Self, Problem> {
        let whose = [
            asked
                .queue
                .as_deref()
                .map(|text| (text, RecordsOf::Queue as fn(Number) -> _)),
            asked
                .caller
                .as_deref()
                .map(|text| (text, RecordsOf::Caller as fn(Number) -> _)),
            asked
                .agent
                .as_deref()
                .map(|text| (text, RecordsOf::Agent as fn(Number) -> _)),
        ];
        let mut whose = whose.into_iter().flatten();
        let (whose, None) = (whose.next(), whose.next()) else {
            let detail = "say one of queue, caller and agent, or none of them";
            return Err(Problem::bad("query", detail));
        };
        let of = whose.map(|(text, of)| match text.parse() {
            Ok(number) => Ok(of(number)),
            Err(why) => Err(Problem::bad(
                "query",
                format!("{text:?} is no number: {why}"),
            )),
        });
        Ok(Self {
            of: of.transpose()?,
            page: Page::new((asked.from, asked.to), asked.after.as_deref(), asked.limit)?,
            outcome: known(asked.outcome.as_ref(), &["abandoned", "answered", "missed"])?,
            processing: known(
                asked.processing.as_ref(),
                &["not_dealt", "dealing", "dealt"],
            )?,
            disposition: asked.disposition.clone(),
            sought: asked.search.as_ref().map(|text| text.to_lowercase()),
            deleted: asked.deleted.unwrap_or_default(),
        })
    }

    fn run(self, store: &Store, viewer: &Viewer) -> Result<Records, StoreError> {
        let sight = &viewer.sight;
        let queues = viewer.view.directory.config.queues.iter();
        let queues = queues.map(|queue| queue.number);
        let queues: Vec<Number> = queues
            .filter(|&queue| sight.sees_records_of(queue))
            .collect();
        let read = |after, last, limit| {
            let page = match self.of {
                Some(of) => store.records(of, after, last, limit)?,
                None => store.records_of_queues(&queues, after, last, limit)?,
            };
            let (logs, surveys) = (store.logs(&page)?, store.surveys(&page)?);
            let beside = logs.into_iter().zip(surveys).zip(store.notes(&page)?);
            Ok(page.into_iter().zip(beside).collect())
        };
        let show = |(record, ((log, survey), note)): Beside| {
            let seen = sight.sees_record(record.queue, record.agent);
            let reads = sight.sees_note(record.queue, record.agent);
            let note = note.filter(|_| reads).map(NotedRow::new);
            let wanted = self.wants(&record, &log, sight) && self.wants_note(note.as_ref());
            let knows = sight.sees_contacts(Some(record.queue));
            let directory = knows.then_some(&*viewer.view.directory);
            (seen && wanted)
                .then(|| RecordRow::new(&record, &log, survey, note, directory))
                .filter(|row| self.finds(row))
        };
        let key = |(record, _): &Beside| RecordKey::of(record);
        let (records, next) = self.page.fill(read, key, show)?;
        Ok(Records { records, next })
    }

    /// Whether a record is among those that were asked for.
    fn wants(&self, record: &CallRecord, log: &LogRow, sight: &Sight) -> bool {
        let outcome = outcome_word(record.call.outcome);
        let of_outcome = self.outcome.as_ref().is_none_or(|wanted| wanted == outcome);
        let missed = record.call.outcome != Outcome::Answered;
        let result = result_word(log.processing());
        let is_so_far = (self.processing.as_ref()).is_none_or(|so| missed && so == result);
        let there = match log.deleted {
            None => !self.deleted,
            Some(_) => self.deleted && *sight == Sight::All,
        };
        of_outcome && is_so_far && there
    }

    /// Whether a record has the note that was asked for, as far as it may be read.
    fn wants_note(&self, note: Option<&NotedRow>) -> bool {
        (self.disposition.as_ref())
            .is_none_or(|wanted| note.is_some_and(|note| note.dispositions.contains(wanted)))
    }

    /// Whether what is searched for is in the caller's number or name, as far as they are
    /// shown.
    fn finds(&self, row: &RecordRow) -> bool {
        self.sought.as_ref().is_none_or(|sought| {
            let mut shown = row.caller.iter().chain(&row.contact);
            shown.any(|text| text.to_lowercase().contains(sought))
        })
    }
}

/// The log with this name.
pub(crate) fn log_place(text: &str) -> Option<LogKey> {
    let (queue, key) = text.split_once('.')?;
    Some(LogKey {
        queue: queue.parse().ok()?,
        key: place(key)?,
    })
}
