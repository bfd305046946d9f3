//! What went wrong, in the form of RFC 9457.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tandem_engine::Reject;
use tandem_engine::config::check::Fault;
use tandem_engine::config::reader::Problems;
use utoipa::ToSchema;

use crate::driver::AskError;
use crate::store::StoreError;

/// When to come back, in seconds, where too much is asked at once.
const RETRY_AFTER_S: u32 = 1;

/// Why a request was not done, as `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// What went wrong, for programs.
    code: &'static str,
    /// What went wrong, for people.
    detail: String,
    /// Everything that is wrong with a configuration, by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Wrong>,
    /// How many more were found.
    #[serde(skip_serializing_if = "is_zero")]
    more: usize,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Wrong {
    /// Line, from 1; null where it is about no line.
    line: Option<usize>,
    /// Column in characters, from 1.
    column: Option<usize>,
    /// What is wrong.
    what: String,
    /// What would be right, where that can be said.
    hint: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            problems: Vec::new(),
            more: 0,
            retry_after_s: None,
        }
    }

    pub(crate) fn bad(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    pub(crate) fn denied() -> Self {
        let detail = "this token's person may not do this";
        Self::new(StatusCode::FORBIDDEN, "denied", detail)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", what)
    }

    pub(crate) fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let detail = format!("the body is larger than {bytes_max} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    pub(crate) fn unavailable(code: &'static str, detail: &str) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        problem.retry_after(RETRY_AFTER_S)
    }

    pub(crate) fn too_many(code: &'static str, detail: &str, retry_after_s: u32) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail);
        problem.retry_after(retry_after_s)
    }

    pub(crate) fn conflict(revision: u64) -> Self {
        let detail = format!("the configuration is at revision {revision}");
        Self::new(StatusCode::PRECONDITION_FAILED, "conflict", detail)
    }

    const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(crate) fn because(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("made from one");
        let retry_after_s = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(CONTENT_TYPE, json);
        if let Some(seconds) = retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl From<AskError> for Problem {
    fn from(why: AskError) -> Self {
        match why {
            AskError::Busy => Self::too_many("busy", "too much waits already", RETRY_AFTER_S),
            AskError::Poisoned => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "poisoned",
                "the engine could not apply it; nothing changed",
            ),
            AskError::Stopped => Self::unavailable("stopped", "the server stops"),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(why: StoreError) -> Self {
        match why {
            StoreError::Busy => Self::too_many("busy", "too much waits already", RETRY_AFTER_S),
            // What exactly is wrong with the disk is for the log.
            _ => Self::unavailable("store", "the store can not be read"),
        }
    }
}

impl From<Reject> for Problem {
    fn from(why: Reject) -> Self {
        let conflict = StatusCode::CONFLICT;
        match why {
            Reject::Answered => {
                let detail = "the call was answered: there is nothing to deal with";
                Self::new(conflict, "answered", detail)
            }
            Reject::Configuration(faults) => faults.into(),
            Reject::Conflict { revision } => Self::conflict(revision),
            Reject::Denied => Self::denied(),
            Reject::NoAgent => {
                let detail = "the call is with a number outside, or between two callers: \
                              it can be hung up, and nothing else";
                Self::new(conflict, "no_agent", detail)
            }
            Reject::NoChange => Self::new(conflict, "no_change", "it is so already"),
            Reject::NoSlot => Self::new(conflict, "no_slot", "no parking slot is free"),
            Reject::NotAMember => {
                Self::invalid("not_a_member", "the agent does not serve that queue")
            }
            Reject::Stale => Self::new(conflict, "stale", "it is over already"),
            Reject::StaticAgent => {
                let detail = "static agents do not log in or out";
                Self::new(conflict, "static_agent", detail)
            }
            Reject::TooEarly => Self::new(conflict, "too_early", "it is too early for that"),
            Reject::TooMany { limit } => {
                Self::invalid("too_many", format!("the limit {limit} is reached"))
            }
            Reject::UnknownDisposition => {
                Self::invalid("unknown_disposition", "no such disposition is configured")
            }
            Reject::UnknownNumber => Self::not_found("nobody has this number"),
            Reject::Unreachable => {
                Self::new(conflict, "unreachable", "your telephone can not be rung")
            }
            Reject::UnknownReason => {
                Self::invalid("unknown_reason", "no such pause reason is configured")
            }
        }
    }
}

const WRONG: &str = "the configuration is wrong";

impl From<Problems> for Problem {
    fn from(found: Problems) -> Self {
        let problems = found.list.into_iter().map(|problem| Wrong {
            line: Some(problem.line),
            column: Some(problem.column),
            what: problem.what,
            hint: problem.hint,
        });
        Self {
            problems: problems.collect(),
            more: found.more,
            ..Self::invalid("configuration", WRONG)
        }
    }
}

impl From<Vec<Fault>> for Problem {
    fn from(faults: Vec<Fault>) -> Self {
        let problems = faults.into_iter().map(|fault| Wrong {
            line: None,
            column: None,
            what: format!("{}, {}: {}", fault.subject, fault.key, fault.what),
            hint: fault.hint,
        });
        Self {
            problems: problems.collect(),
            ..Self::invalid("configuration", WRONG)
        }
    }
}
