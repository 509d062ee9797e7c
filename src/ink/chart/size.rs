use std::str::FromStr;

/// A `Size` is how large a picture is, in dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// A side has so many dots at least, for a title and a few words.
    pub const LEAST: u32 = 300;
    /// A side has so many dots at most: twice a large screen's.
    pub const MOST: u32 = 8_192;

    /// Makes a size, if both sides are between [`Size::LEAST`] and [`Size::MOST`].
    pub fn new(width: u32, height: u32) -> Option<Size> {
        let fits = |side: u32| (Size::LEAST..=Size::MOST).contains(&side);
        (fits(width) && fits(height)).then_some(Size { width, height })
    }

    /// Gives the width in dots.
    pub fn width(self) -> u32 {
        self.width
    }

    /// Gives the height in dots.
    pub fn height(self) -> u32 {
        self.height
    }
}

/// A slide's.
impl Default for Size {
    fn default() -> Size {
        Size { width: 1600, height: 900 }
    }
}

/// Reads `1600x900`.
impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let sides = text.split_once(['x', 'X', '×']);
        let side = |text: &str| text.trim().parse().ok();
        sides.and_then(|(width, height)| Size::new(side(width)?, side(height)?)).ok_or_else(|| {
            format!(
                "no size of a picture: write width and height in dots, each from {} to {}, such as 1600x900",
                Size::LEAST,
                Size::MOST
            )
        })
    }
}
