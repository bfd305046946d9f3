//! How views are told, and how long changes are kept.

use std::sync::Arc;
use std::time::Duration;

use tandem_engine::config::model::{Change, ExtensionConfig, QueueConfig};
use tandem_engine::{By, Engine, Entry, Input, Number, Outbox, Timestamp};
use tandem_server::driver::{Batch, Directory, Line, Port, port};
use tandem_server::views::{CHANGES_KEPT_MAX, DELTAS_KEPT_MAX, PUBLISH_MS, Reader, Today, start};
use tandem_tests::site::arrival;
use tokio::time::sleep;

/// An engine whose entries become batches.
struct Feed {
    engine: Engine,
    port: Port,
}

impl Feed {
    fn new(extensions: u64) -> (Self, Reader) {
        let (port, batches) = port();
        let today = Today::default();
        let reader = start(&tokio::runtime::Handle::current(), today, batches);
        let mut changes = Vec::new();
        for extension in 0..extensions {
            let number = Number::from_u64(10_000 + extension);
            changes.push(Change::PutExtension(ExtensionConfig::new(number)));
        }
        let queue = QueueConfig::new(Number::from_u64(6_400), "Support");
        changes.push(Change::PutQueue(queue));
        let engine = Engine::new(7);
        let mut feed = Self { engine, port };
        for part in changes.chunks(1_000) {
            let (_, base) = feed.engine.config();
            let (by, changes) = (By::System, part.to_vec());
            feed.apply(vec![Input::Configure { by, base, changes }]);
        }
        (feed, reader)
    }

    fn apply(&mut self, inputs: Vec<Input>) -> Batch {
        let mut lines = Vec::new();
        for input in inputs {
            let seq = self.engine.last_entry().0 + 1;
            let at = Timestamp::from_micros(seq);
            let entry = Entry {
                seq,
                received_at: at,
                input,
            };
            let mut out = Outbox::default();
            self.engine.apply(&entry, &mut out);
            assert_eq!(out.reject, None, "{entry:?}");
            lines.push(Line { entry, out });
        }
        Batch {
            lines,
            ..Batch::default()
        }
    }

    async fn send(&self, batch: Batch) {
        self.port
            .send(Arc::new(batch))
            .await
            .expect("somebody folds");
        sleep(Duration::from_millis(2 * PUBLISH_MS)).await;
    }

    /// Tells everything anew, as after a change of the configuration.
    async fn introduce(&self) {
        self.send(Batch {
            directory: Some(Arc::new(Directory::of(&self.engine))),
            ..Batch::default()
        })
        .await;
    }

    async fn switch(&mut self, extension: u64, up: bool) {
        let extension = Number::from_u64(extension);
        let batch = self.apply(vec![if up {
            Input::DeviceUp { extension }
        } else {
            Input::DeviceDown { extension }
        }]);
        self.send(batch).await;
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_changes_are_kept_and_no_more() {
    let (mut feed, reader) = Feed::new(1);
    feed.introduce().await;
    let first = reader.view().number;
    let mut up = true;
    for _ in 0..DELTAS_KEPT_MAX {
        feed.switch(10_000, up).await;
        up = !up;
    }
    let kept = reader.since(first).expect("all are kept");
    assert_eq!(kept.len(), DELTAS_KEPT_MAX);
    let mut screen = reader.view().screen.clone();
    assert_eq!(
        kept.last().map(|delta| delta.number),
        Some(reader.view().number)
    );
    feed.switch(10_000, up).await;
    assert_eq!(reader.since(first), None, "one too many");
    assert_eq!(
        reader.since(first + 1).expect("kept").len(),
        DELTAS_KEPT_MAX
    );
    let news = reader.since(reader.view().number - 1).expect("kept");
    assert_eq!(news.len(), 1);
    screen.make(&news[0].changes);
    assert_eq!(screen, reader.view().screen);
    assert_eq!(reader.since(reader.view().number), Some(Vec::new()));
    assert_eq!(
        reader.since(reader.view().number + 1),
        None,
        "of another start"
    );
}

#[tokio::test(start_paused = true)]
async fn so_many_rows_are_kept_and_no_more() {
    const AGENTS: usize = 10_000;
    let (mut feed, reader) = Feed::new(AGENTS as u64);
    feed.introduce().await;
    let first = reader.view().number;
    let rounds = CHANGES_KEPT_MAX / AGENTS;
    for round in 0..=rounds {
        let inputs = (0..AGENTS as u64).map(|extension| {
            let extension = Number::from_u64(10_000 + extension);
            match round % 2 {
                0 => Input::DeviceUp { extension },
                _ => Input::DeviceDown { extension },
            }
        });
        let batch = feed.apply(inputs.collect());
        feed.send(batch).await;
        let kept = reader.since(first);
        assert_eq!(kept.is_some(), round < rounds, "after {round} rounds");
    }
    assert_eq!(reader.since(first + 1).expect("kept").len(), rounds);
}

#[tokio::test(start_paused = true)]
async fn another_configuration_asks_for_a_whole_view() {
    let (mut feed, reader) = Feed::new(2);
    assert!(!reader.view().begun);
    feed.introduce().await;
    assert!(reader.view().begun);
    feed.switch(10_000, true).await;
    let number = reader.view().number;
    feed.introduce().await;
    assert_eq!(reader.since(number), None);
    assert_eq!(reader.view().number, number + 1);
    drop(feed);
    let mut late = reader.clone();
    while late.changed().await {}
    assert!(reader.view().ended);
    assert!(!reader.caught_up(u64::MAX).await);
}

#[tokio::test(start_paused = true)]
async fn what_changes_back_is_not_told() {
    let (mut feed, reader) = Feed::new(1);
    feed.introduce().await;
    let before = reader.view();
    let arrive = feed.apply(vec![arrival(1, 4_711, 6_400)]);
    let mut hang_up = None;
    for event in &arrive.lines[0].out.events {
        if let tandem_engine::Event::CallJoined { call, .. } = event {
            hang_up = Some(Input::CallerHungUp { call: *call });
        }
    }
    let seq = arrive.lines[0].entry.seq;
    let hang_up = feed.apply(vec![hang_up.expect("nobody is there, and it may wait")]);
    let mut both = arrive;
    both.lines.extend(hang_up.lines);
    feed.send(both).await;
    assert!(reader.caught_up(seq + 1).await);
    let news = reader.since(before.number).expect("kept");
    // Only the count.
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].changes.len(), 1, "{news:?}");
}
