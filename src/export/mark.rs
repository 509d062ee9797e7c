use super::{ColorBy, Status};
use crate::model::Relation;

/// A point, in pixels at 96 to the inch from the upper left corner.
pub(super) type Point = (f64, f64);

/// Height of a line of text.
pub(super) const LINE: f64 = 16.0;
/// The size of labels.
pub(super) const FONT: f64 = 11.0;
pub(super) const MARGIN: f64 = 24.0;
/// Width to height of a page that lies on its side, which drawings are laid out for.
pub(super) const PAGE: f64 = std::f64::consts::SQRT_2;

/// What a drawing is made of, whatever prints it.
#[derive(Debug)]
pub(super) enum Mark {
    /// Lines through their corners, each on its own.
    Lines(Vec<Vec<Point>>, Pen),
    /// A cubic curve: its ends and, between them, its handles.
    Curve([Point; 4], Pen),
    Dot {
        at: Point,
        radius: f64,
        fill: &'static str,
        status: Status,
    },
    /// The left end of its base line.
    Text {
        at: Point,
        text: String,
        font: Font,
    },
    /// Marks with what is told when the pointer rests on them, and the address that they lead to, if they do.
    Told {
        tip: String,
        lead: Option<String>,
        inner: Vec<Mark>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pen {
    pub color: &'static str,
    pub width: f64,
    pub opacity: f64,
    pub stroke: Stroke,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    Solid,
    Dashed,
    Dotted,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    pub size: f64,
    pub color: &'static str,
    pub is_bold: bool,
    pub is_italic: bool,
}

pub(super) const PLAIN: Font = Font { size: FONT, color: "#000000", is_bold: false, is_italic: false };

/// How the links of a relation are drawn: stroke and width.
pub(super) fn stroke(relation: Relation) -> (Stroke, f64) {
    match relation {
        Relation::Finetune => (Stroke::Solid, 1.0),
        Relation::Merge => (Stroke::Solid, 2.0),
        Relation::Quantized => (Stroke::Dashed, 1.0),
        Relation::Adapter => (Stroke::Dashed, 2.0),
        Relation::Unstated => (Stroke::Dotted, 1.0),
    }
}

impl Pen {
    /// What several links share.
    pub const SHARED: Pen = Pen { color: "#999999", width: 1.0, opacity: 1.0, stroke: Stroke::Solid };

    /// For links of a relation: where colours tell relations, in its colour, darker so that thin lines are seen on white.
    pub fn of(relation: Relation, by: ColorBy) -> Pen {
        let (stroke, width) = stroke(relation);
        let color = match relation {
            _ if by != ColorBy::Relation => "#666666",
            Relation::Finetune => "#3788B5",
            Relation::Quantized => "#B37A00",
            Relation::Adapter => "#007A59",
            Relation::Merge => "#AD5A86",
            Relation::Unstated => "#777777",
        };
        // Many lines side by side are as heavy as text otherwise.
        Pen { color, width: if width > 1.0 { 1.7 } else { width }, opacity: 1.0, stroke }
    }
}

/// A node's dot. One that is not listed is hollow, whatever its colour.
pub(super) fn dot(at: Point, radius: f64, fill: &'static str, status: Status) -> Vec<Mark> {
    match status {
        Status::Unlisted => vec![
            Mark::Dot { at, radius, fill, status: Status::Listed },
            Mark::Dot { at, radius: radius * 0.5, fill: "#FFFFFF", status: Status::Listed },
        ],
        Status::Listed | Status::Collapsed => vec![Mark::Dot { at, radius, fill, status }],
    }
}

/// The radius of a dot: its area grows with the logarithm of the descendants, so that a line holds it.
pub(super) fn size(descendants: u64) -> f64 {
    (3.0 + ((descendants + 1) as f64).ln() * 0.75).min(LINE / 2.0 - 0.5)
}
