//! Every bound of the engine, with its unit last. Each is tested at the bound
//! and one past it.

/// Symbols of a dialled number.
pub const NUMBER_SYMBOLS_MAX: usize = 31;
/// Characters of a name of a queue, an extension or a caller.
pub const NAME_CHARS_MAX: usize = 127;
/// Characters by which a telephone chooses a melody for a queue's calls.
pub const ALERT_INFO_CHARS_MAX: usize = 255;
/// Bytes of a configuration or scenario file.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Words and signs of a file, as TOML counts them.
pub const FILE_TOKENS_MAX: usize = 8_000_000;
/// Tables and arrays inside one another in a file.
pub const FILE_NESTING_MAX: usize = 16;
/// Problems reported for one file; the rest is counted.
pub const PROBLEMS_MAX: usize = 100;
/// Queues of a centre.
pub const QUEUES_MAX: usize = 1_000;
/// Extensions of a centre.
pub const EXTENSIONS_MAX: usize = 10_000;
/// Members of one queue.
pub const QUEUE_MEMBERS_MAX: usize = 10_000;
/// Queues that one extension is a member of.
pub const EXTENSION_QUEUES_MAX: usize = 1_000;
/// Managers of one queue.
pub const QUEUE_MANAGERS_MAX: usize = 100;
/// Trunks of a centre.
pub const TRUNKS_MAX: usize = 100;
/// Calendars of business hours and holidays of a centre.
pub const HOURS_MAX: usize = 100;
/// Spans of business hours of one day of a calendar.
pub const DAY_SPANS_MAX: usize = 10;
/// Holidays of one calendar.
pub const HOLIDAYS_MAX: usize = 200;
/// Prompts of a centre.
pub const PROMPTS_MAX: usize = 1_000;
/// The greatest number that is spoken to waiting callers; what is above is more than that.
pub const SPOKEN_NUMBER_MAX: u8 = 10;
/// Shortest time from one announcement to the next of its kind, in seconds.
pub const ANNOUNCEMENT_S_MIN: u64 = 5;
/// Longest time from one announcement to the next of its kind, in seconds.
pub const ANNOUNCEMENT_S_MAX: u64 = 3_600;
/// Length of a prompt, in seconds.
pub const PROMPT_S_MAX: u64 = 600;
/// Length of the tone that says what became of a dialled code, in seconds.
pub const TONE_S: u64 = 1;
/// Symbols of a feature code.
pub const FEATURE_CODE_SYMBOLS_MAX: u32 = 10;
/// Slots in which callers may be parked.
pub const PARKING_SLOTS_MAX: u64 = 1_000;
/// How long a caller may be parked, in seconds.
pub const PARKING_S_MAX: u64 = 3_600;
/// Route points of a centre.
pub const POINTS_MAX: usize = 1_000;
/// Members of one ring group or voicemail group.
pub const POINT_MEMBERS_MAX: usize = 100;
/// How often the prompt of a menu may play.
pub const MENU_PLAYS_MAX: u8 = 9;
/// How long a menu may await a key, in seconds.
pub const MENU_TIMEOUT_S_MAX: u64 = 60;
/// Nodes of a call flow.
pub const FLOW_NODES_MAX: usize = 50;
/// Beginnings of numbers that a node of a call flow may ask for.
pub const FLOW_BEGINNINGS_MAX: usize = 100;
/// How often a caller is asked how the service was: once more where the first key is no
/// answer.
pub const SURVEY_PLAYS_MAX: u8 = 2;
/// How long a caller may take to answer when the prompt that asks is over, in seconds.
pub const SURVEY_ANSWER_S: u64 = 10;
/// What an answer to a survey may be worth, and how little below zero.
pub const SURVEY_POINTS_MAX: i16 = 1_000;
/// Length of a message that a caller leaves, in seconds.
pub const MESSAGE_S_MAX: u64 = 3_600;
/// Pause reasons of a centre.
pub const PAUSE_REASONS_MAX: usize = 20;
/// Dispositions of a centre.
pub const DISPOSITIONS_MAX: usize = 100;
/// Characters of the remark of a call's note.
pub const REMARK_CHARS_MAX: usize = 2_000;
/// Calls inside the engine at once: waiting, ringing and talking.
pub const CALLS_MAX: usize = 200_000;
/// Callers that one queue may be told to hold at most.
pub const QUEUE_CALLERS_MAX: u32 = 100_000;
/// Destinations that one call may be sent to before it is hung up.
pub const CALL_HOPS_MAX: u8 = 30;
/// Ringing time of an agent or an extension, in seconds.
pub const RING_TIMEOUT_S_MAX: u64 = 600;
/// How long a number outside rings to which a call was sent, in seconds.
pub const EXTERNAL_RING_S: u64 = 60;
/// Pause between two agents rung for one call, in seconds.
pub const RETRY_INTERVAL_S_MAX: u64 = 600;
/// Wrap-up time, in seconds.
pub const WRAP_UP_S_MAX: u64 = 3_600;
/// Fewest digits of a number at which a caller may be called back.
pub const CALLBACK_DIGITS_MIN: u32 = 5;
/// How long a caller may take, while he says where he is to be called back, from key to
/// key and when the prompt is over, in seconds.
pub const CALLBACK_ANSWER_S: u64 = 10;
/// How long the key that confirms the caller's own number stands alone before it does, in
/// seconds: else it is the first digit of another number.
pub const CALLBACK_CONFIRM_S: u64 = 3;
/// Longest waiting time that a queue may allow, in seconds.
pub const WAITING_S_MAX: u64 = 86_400;
/// Longest service-level time, in seconds.
pub const SLA_TIME_S_MAX: u64 = 86_400;
/// Longest time between two looks at a service level, in seconds.
pub const SLA_INTERVAL_S_MAX: u64 = 86_400;
/// Hours before a change of a processing result in which calls may follow it.
pub const SYNC_RESULTS_H_MAX: u16 = 168;
/// Calls of one caller that may follow a change of a processing result.
pub const CALL_LOGS_SYNCED_MAX: usize = 1_000;
/// Logs of queue calls deleted in one entry.
pub const CALL_LOGS_DELETED_MAX: usize = 500;
/// Fewest symbols at the end of a number by which a contact may be found.
pub const CONTACT_DIGITS_MIN: u8 = 4;
/// Most symbols at the end of a number by which a contact may be found.
pub const CONTACT_DIGITS_MAX: u8 = 31;
/// Contacts of a centre.
pub const CONTACTS_MAX: usize = 10_000;
/// Numbers of one contact.
pub const CONTACT_NUMBERS_MAX: usize = 8;
/// Characters of an address that mails go to (RFC 5321, 4.5.3.1.3).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Messages to the outside that are kept until somebody confirms them.
pub const KEPT_EFFECTS_MAX: usize = 10_000;
/// Callers put out of an empty or deleted queue in one entry.
pub const PUT_OUT_CALLS_MAX: usize = 256;
/// Changes of configuration in one entry.
pub const CHANGES_MAX: usize = 1_024;
/// The worst skill level.
pub const SKILL_LEVEL_MAX: u8 = 99;
/// Steps in which a queue's calls come to be served by further skill levels.
pub const SKILL_STEPS_MAX: usize = 20;
/// What a member may weigh where agents are drawn by weight.
pub const MEMBER_WEIGHT_MAX: u16 = 1_000;
/// What a queue's calls may weigh at first.
pub const PRIORITY_MAX: u16 = 999;
/// Shortest time after which a waiting call may come to weigh one more, in seconds.
pub const PRIORITY_ACCELERATION_S_MIN: u64 = 10;
/// Longest time after which a waiting call may come to weigh one more, in seconds.
pub const PRIORITY_ACCELERATION_S_MAX: u64 = 1_800;
/// Missed calls after which an agent may be paused.
pub const AUTO_PAUSE_CALLS_MAX: u32 = 100;
/// How long queues may leave an agent alone who did not take a call, in seconds.
pub const REST_S_MAX: u64 = 3_600;
/// How long a caller who hung up may come back to his place, in seconds.
pub const PLACE_KEPT_S_MAX: u64 = 3_600;
/// Callers whose places are kept; of more, those whose time is over first lose theirs.
pub const PLACES_KEPT_MAX: usize = 10_000;
/// How long a caller may be reserved for the agent whom he knows, in seconds.
pub const PREFERRED_WAIT_S_MAX: u64 = 600;
/// How long it is remembered with whom a caller talked last, in days.
pub const LAST_AGENT_KEPT_DAYS: u64 = 30;
/// Callers of whom that is remembered; of more, those who talked first are forgotten.
pub const LAST_AGENTS_MAX: usize = 100_000;
