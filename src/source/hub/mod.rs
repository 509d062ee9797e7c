//! The Hub itself: so far its wire format; the client comes with the crawler.

pub(super) mod wire;
