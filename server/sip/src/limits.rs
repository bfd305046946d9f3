//! What is too much. Each limit is a number of the thing that its last word but
//! one names, and the largest that is still taken.

/// Bytes of one message, start line to end of body.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Header fields of one message, counted as written.
pub const HEADERS_MAX: usize = 256;
/// Bytes of one header's value after unfolding.
pub const VALUE_BYTES_MAX: usize = 8 * 1024;
/// Bytes of one header's name, and of a method.
pub const NAME_BYTES_MAX: usize = 128;
/// Bytes of one URI.
pub const URI_BYTES_MAX: usize = 2 * 1024;
/// Elements in all header fields of one name, such as contacts or hops.
pub const LIST_ELEMENTS_MAX: usize = 256;
/// Parameters of one URI, address or hop.
pub const PARAMS_MAX: usize = 64;
/// Largest sequence number (RFC 3261 8.1.1.5: less than 2^31).
pub const SEQUENCE_MAX: u32 = (1 << 31) - 1;
/// Largest count of hops (RFC 3261 20.22: 0 to 255).
pub const HOPS_MAX: u32 = 255;
/// Bytes of one session description.
pub const SDP_BYTES_MAX: usize = 16 * 1024;
/// Lines of one session description.
pub const SDP_LINES_MAX: usize = 512;
/// Media sections of one session description.
pub const SDP_MEDIA_MAX: usize = 16;
/// Formats of one media section.
pub const SDP_FORMATS_MAX: usize = 64;
/// Transactions that one endpoint keeps before it answers 503 (RFC 3261 21.5.4).
pub const TRANSACTIONS_MAX: usize = 100_000;
/// Contacts that one address of record may have.
pub const CONTACTS_MAX: usize = 10;
/// Nonces whose use is being counted at a time.
pub const NONCES_MAX: usize = 65_536;
