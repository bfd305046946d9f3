//! The figures that are given for a queue, and their definitions.

/// A figure of a queue, or of all queues together, over the whole counted time
/// or in one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// Calls that joined, or were refused as the queue was full or empty.
    Offered,
    /// Of these, calls that an agent answered.
    Answered,
    /// Of these, calls whose caller hung up while waiting.
    Abandoned,
    /// Of these, the others.
    Missed,
    /// Share of the offered calls that were answered in less than the queue's
    /// SLA time.
    ServiceLevel,
    /// Share of the offered calls for which no telephone rang in the instant
    /// of joining.
    ProbabilityOfWait,
    /// Share of the offered calls that were abandoned.
    Abandonment,
    /// Seconds from joining to the answer or to leaving, on average over the
    /// offered calls.
    MeanWait,
    /// Seconds from joining to the answer, on average over the answered calls.
    MeanWaitAnswered,
    /// The longest wait of an offered call, in seconds.
    MaxWait,
    /// Seconds from the answer to the end, on average over the answered calls.
    MeanTalk,
    /// Seconds of that in which the caller was on hold, on average over the answered calls.
    MeanHold,
    /// Time in which the queue's agents talked on queue calls or were in
    /// wrap-up, over the time in which they were on duty. The queue's agents
    /// are those who were ever logged in to it in this run.
    Occupancy,
    /// Calls whose callers were to be called back, and for whom that is over.
    Callbacks,
    /// Of these, those in which agent and customer talked.
    CalledBack,
    /// Of these, the others.
    CallbacksFailed,
    /// Seconds from joining to the customer's answer, or to the callback's failure, on average
    /// over the callbacks.
    MeanCallbackWait,
    /// How many of the queue's agents were on duty, on average over the time.
    Agents,
}

/// How a figure is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Calls,
    Share,
    Seconds,
    Agents,
}

impl Figure {
    /// The figures that are published, in their order.
    pub const PUBLISHED: [Self; 17] = [
        Self::Offered,
        Self::Answered,
        Self::Abandoned,
        Self::Missed,
        Self::ServiceLevel,
        Self::ProbabilityOfWait,
        Self::Abandonment,
        Self::MeanWait,
        Self::MeanWaitAnswered,
        Self::MaxWait,
        Self::MeanTalk,
        Self::MeanHold,
        Self::Occupancy,
        Self::Callbacks,
        Self::CalledBack,
        Self::CallbacksFailed,
        Self::MeanCallbackWait,
    ];

    /// Those of callbacks: without one they say nothing.
    pub(crate) const OF_CALLBACKS: [Self; 4] = [
        Self::Callbacks,
        Self::CalledBack,
        Self::CallbacksFailed,
        Self::MeanCallbackWait,
    ];

    /// How many figures there are.
    pub(crate) const COUNT: usize = Self::PUBLISHED.len() + 1;

    /// Its name in JSON, with the unit last. The names are a promise.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::Missed => "missed",
            Self::ServiceLevel => "service_level",
            Self::ProbabilityOfWait => "probability_of_wait",
            Self::Abandonment => "abandonment",
            Self::MeanWait => "mean_wait_s",
            Self::MeanWaitAnswered => "mean_wait_answered_s",
            Self::MaxWait => "max_wait_s",
            Self::MeanTalk => "mean_talk_s",
            Self::MeanHold => "mean_hold_s",
            Self::Occupancy => "occupancy",
            Self::Callbacks => "callbacks",
            Self::CalledBack => "called_back",
            Self::CallbacksFailed => "callbacks_failed",
            Self::MeanCallbackWait => "mean_callback_wait_s",
            Self::Agents => "agents",
        }
    }

    /// The figure with this name in JSON.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::PUBLISHED
            .into_iter()
            .find(|figure| figure.key() == key)
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Offered => "Offered calls",
            Self::Answered => "Answered",
            Self::Abandoned => "Abandoned",
            Self::Missed => "Missed",
            Self::ServiceLevel => "Service level",
            Self::ProbabilityOfWait => "Had to wait",
            Self::Abandonment => "Abandonment",
            Self::MeanWait => "Mean wait",
            Self::MeanWaitAnswered => "Mean wait, answered",
            Self::MaxWait => "Longest wait",
            Self::MeanTalk => "Mean talk",
            Self::MeanHold => "Mean hold",
            Self::Occupancy => "Occupancy",
            Self::Callbacks => "Callbacks",
            Self::CalledBack => "Called back",
            Self::CallbacksFailed => "Callbacks failed",
            Self::MeanCallbackWait => "Mean wait, callbacks",
            Self::Agents => "Agents on duty",
        }
    }

    /// Whether it is a length of time, in seconds.
    #[must_use]
    pub const fn is_seconds(self) -> bool {
        matches!(self.unit(), Unit::Seconds)
    }

    pub(crate) const fn unit(self) -> Unit {
        match self {
            Self::Offered
            | Self::Answered
            | Self::Abandoned
            | Self::Missed
            | Self::Callbacks
            | Self::CalledBack
            | Self::CallbacksFailed => Unit::Calls,
            Self::ServiceLevel | Self::ProbabilityOfWait | Self::Abandonment | Self::Occupancy => {
                Unit::Share
            }
            Self::MeanWait
            | Self::MeanWaitAnswered
            | Self::MaxWait
            | Self::MeanTalk
            | Self::MeanHold
            | Self::MeanCallbackWait => Unit::Seconds,
            Self::Agents => Unit::Agents,
        }
    }
}

/// The figures of one replication. A figure is unknown where nothing happened
/// that it could be taken from, such as a mean wait without calls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures([Option<f64>; Figure::COUNT]);

impl Figures {
    /// One of them; `None`: unknown.
    #[must_use]
    pub const fn get(&self, figure: Figure) -> Option<f64> {
        self.0[figure as usize]
    }

    pub(crate) const fn set(&mut self, figure: Figure, value: Option<f64>) {
        self.0[figure as usize] = value;
    }

    pub(crate) const fn values(&self) -> &[Option<f64>; Figure::COUNT] {
        &self.0
    }
}
