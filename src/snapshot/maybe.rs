/// A number that may be missing, in no more room than the number: its highest value stands for none. Millions of models
/// lie in memory while a snapshot is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Maybe<T>(T);

/// Numbers of which the highest never occurs.
pub(super) trait Number: Copy + PartialEq {
    const NONE: Self;
}

impl Number for u32 {
    const NONE: u32 = u32::MAX;
}

impl Number for u64 {
    const NONE: u64 = u64::MAX;
}

impl Number for i64 {
    const NONE: i64 = i64::MAX;
}

impl<T: Number> Maybe<T> {
    pub const NONE: Maybe<T> = Maybe(T::NONE);

    pub fn get(self) -> Option<T> {
        (self.0 != T::NONE).then_some(self.0)
    }

    pub fn map(self, value: impl FnOnce(T) -> T) -> Maybe<T> {
        if self.0 == T::NONE { self } else { Maybe(value(self.0)) }
    }

    pub fn or(self, other: Maybe<T>) -> Maybe<T> {
        if self.0 == T::NONE { other } else { self }
    }
}

impl<T: Number> From<Option<T>> for Maybe<T> {
    fn from(value: Option<T>) -> Maybe<T> {
        Maybe(value.unwrap_or(T::NONE))
    }
}
