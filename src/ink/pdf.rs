use std::collections::BTreeMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, LineCapStyle, LineJoinStyle, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str};
use resvg::tiny_skia::PathSegment;
use resvg::usvg::fontdb::ID;
use resvg::usvg::{Fill, FillRule, Group, LineCap, LineJoin, Node, Paint, Path, Stroke, Text, Transform, Tree};
use ttf_parser::{Face, GlyphId, RawFace, Tag};

/// Points of a page for one of the drawing's units, of which 96 are an inch.
const POINTS: f32 = 0.75;
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
/// The objects of fonts begin here, so many for each.
const FIRST: i32 = 5;
const OF_FONT: i32 = 5;
const IDENTITY: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Writes a drawing as a page of its size: lines, areas and letters, each in one colour. What no drawing of ours has, such as
/// a picture inside, is refused.
pub(super) fn page(tree: &Tree) -> Result<Vec<u8>, &'static str> {
    let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    let mut drawn = Drawn { tree, content: Content::new(), fonts: Vec::new(), opacities: BTreeMap::new() };
    // A page counts upwards.
    drawn.content.transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height]);
    drawn.group(tree.root())?;
    let Drawn { content, fonts, opacities, .. } = drawn;
    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.pages(PAGES).kids([PAGE]).count(1);
    let mut page = pdf.page(PAGE);
    page.parent(PAGES).media_box(Rect::new(0.0, 0.0, width, height)).contents(CONTENT);
    let mut resources = page.resources();
    let mut names = resources.fonts();
    for at in 0..fonts.len() {
        names.pair(Name(font_name(at).as_bytes()), object(at, 0));
    }
    names.finish();
    let mut states = resources.ext_g_states();
    for ((fill, stroke), name) in &opacities {
        let mut state = states.insert(Name(name.as_bytes())).start::<pdf_writer::writers::ExtGraphicsState<'_>>();
        state.non_stroking_alpha(f32::from(*fill) / 255.0).stroking_alpha(f32::from(*stroke) / 255.0);
    }
    states.finish();
    resources.finish();
    page.finish();
    pdf.stream(CONTENT, &packed(&content.finish()).map_err(|_| "it cannot be packed")?).filter(Filter::FlateDecode);
    for (at, drawn) in fonts.iter().enumerate() {
        let known = tree.fontdb().with_face_data(drawn.id, |data, _| font(&mut pdf, at, data, &drawn.letters));
        known.flatten().ok_or("its font cannot be read")?;
    }
    Ok(pdf.finish())
}

fn font_name(at: usize) -> String {
    format!("f{at}")
}

/// One of the objects of a font.
fn object(font: usize, which: i32) -> Ref {
    Ref::new(FIRST + font as i32 * OF_FONT + which)
}

fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes)?;
    out.finish()
}

/// Writes a face of which a letter's number is its glyph's, with what each of the letters means to who searches.
fn font(pdf: &mut Pdf, at: usize, data: &[u8], letters: &BTreeMap<u16, String>) -> Option<()> {
    let face = Face::parse(data, 0).ok()?;
    let outlines = RawFace::parse(data, 0).ok()?.table(Tag::from_bytes(b"CFF "))?;
    let thousandths = |units: f32| units * 1000.0 / f32::from(face.units_per_em());
    let name = format!("Inter-{}", face.weight().to_number());
    let [whole, cid, descriptor, meaning, file] = [0, 1, 2, 3, 4].map(|which| object(at, which));
    pdf.type0_font(whole)
        .base_font(Name(format!("{name}-Identity-H").as_bytes()))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(meaning);
    let mut font = pdf.cid_font(cid);
    font.subtype(CidFontType::Type0).base_font(Name(name.as_bytes())).system_info(IDENTITY).font_descriptor(descriptor);
    let mut widths = font.widths();
    for glyph in letters.keys() {
        widths.same(*glyph, *glyph, thousandths(f32::from(face.glyph_hor_advance(GlyphId(*glyph))?)));
    }
    widths.finish();
    font.finish();
    let bounds = face.global_bounding_box();
    let [left, bottom, right, top] =
        [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|units| thousandths(f32::from(units)));
    let (above, below) = (thousandths(f32::from(face.ascender())), thousandths(f32::from(face.descender())));
    pdf.font_descriptor(descriptor)
        .name(Name(name.as_bytes()))
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(above)
        .descent(below)
        .cap_height(thousandths(f32::from(face.capital_height().unwrap_or_else(|| face.ascender()))))
        .stem_v(80.0)
        .font_file3(file);
    let mut meanings = UnicodeCmap::new(Name(b"Custom"), IDENTITY);
    for (glyph, text) in letters.iter().filter(|(_, text)| !text.is_empty()) {
        meanings.pair_with_multiple(*glyph, text.chars());
    }
    pdf.cmap(meaning, &meanings.finish());
    let outlines = packed(outlines).ok()?;
    pdf.stream(file, &outlines).filter(Filter::FlateDecode).pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
    Some(())
}

/// A face that is drawn with.
struct Font {
    id: ID,
    /// So many units of its outlines are as large as a letter.
    units: u16,
    /// The glyphs that are drawn, and what they mean.
    letters: BTreeMap<u16, String>,
}

/// What is drawn, and what it is drawn with.
struct Drawn<'t> {
    tree: &'t Tree,
    content: Content,
    fonts: Vec<Font>,
    /// How much is seen of what lies behind an area and behind a line, with a name.
    opacities: BTreeMap<(u8, u8), String>,
}

impl Drawn<'_> {
    fn group(&mut self, group: &Group) -> Result<(), &'static str> {
        if group.opacity().get() < 1.0
            || group.clip_path().is_some()
            || group.mask().is_some()
            || !group.filters().is_empty()
        {
            return Err("it has groups that are no plain ones, which PDF has no room for here");
        }
        group.children().iter().try_for_each(|child| match child {
            Node::Group(inner) => self.group(inner),
            Node::Path(path) => self.path(path),
            Node::Text(text) => self.text(text),
            Node::Image(_) => Err("it has pictures inside, which PDF has no room for here"),
        })
    }

    fn path(&mut self, path: &Path) -> Result<(), &'static str> {
        if !path.is_visible() {
            return Ok(());
        }
        self.begin(path.abs_transform(), path.fill(), path.stroke())?;
        let mut last = (0.0, 0.0);
        for segment in path.data().segments() {
            match segment {
                PathSegment::MoveTo(to) => {
                    self.content.move_to(to.x, to.y);
                    last = (to.x, to.y);
                }
                PathSegment::LineTo(to) => {
                    self.content.line_to(to.x, to.y);
                    last = (to.x, to.y);
                }
                PathSegment::QuadTo(by, to) => {
                    let third = |end: f32, by: f32| end + (by - end) * 2.0 / 3.0;
                    self.content.cubic_to(
                        third(last.0, by.x),
                        third(last.1, by.y),
                        third(to.x, by.x),
                        third(to.y, by.y),
                        to.x,
                        to.y,
                    );
                    last = (to.x, to.y);
                }
                PathSegment::CubicTo(one, other, to) => {
                    self.content.cubic_to(one.x, one.y, other.x, other.y, to.x, to.y);
                    last = (to.x, to.y);
                }
                PathSegment::Close => {
                    self.content.close_path();
                }
            }
        }
        let is_even = path.fill().is_some_and(|fill| fill.rule() == FillRule::EvenOdd);
        match (path.fill().is_some(), path.stroke().is_some()) {
            (true, true) if is_even => self.content.fill_even_odd_and_stroke(),
            (true, true) => self.content.fill_nonzero_and_stroke(),
            (true, false) if is_even => self.content.fill_even_odd(),
            (true, false) => self.content.fill_nonzero(),
            (false, true) => self.content.stroke(),
            (false, false) => self.content.end_path(),
        };
        self.content.restore_state();
        Ok(())
    }

    fn text(&mut self, text: &Text) -> Result<(), &'static str> {
        for span in text.layouted().iter().filter(|span| span.visible) {
            if span.stroke.is_some() {
                return Err("it has letters with an edge, which PDF has no room for here");
            }
            self.begin(text.abs_transform(), span.fill.as_ref(), None)?;
            let size = span.font_size.get();
            for glyph in &span.positioned_glyphs {
                let at = self.font(glyph.font);
                self.fonts[at].letters.insert(glyph.id.0, glyph.text.clone());
                // A glyph's place is that of its outline, whose units are many to the size of a letter.
                let units = f32::from(self.fonts[at].units) / size;
                let place = glyph.outline_transform().pre_scale(units, units);
                self.content.begin_text();
                self.content.set_text_matrix(matrix(place));
                self.content.set_font(Name(font_name(at).as_bytes()), size);
                self.content.show(Str(&glyph.id.0.to_be_bytes()));
                self.content.end_text();
            }
            self.content.restore_state();
        }
        Ok(())
    }

    /// Where a face stands among those that are drawn.
    fn font(&mut self, id: ID) -> usize {
        self.fonts.iter().position(|font| font.id == id).unwrap_or_else(|| {
            let units = |data: &[u8], _| Face::parse(data, 0).map_or(1000, |face| face.units_per_em());
            let units = self.tree.fontdb().with_face_data(id, units).unwrap_or(1000);
            self.fonts.push(Font { id, units, letters: BTreeMap::new() });
            self.fonts.len() - 1
        })
    }

    /// Begins something that has a place, and colours.
    fn begin(&mut self, place: Transform, fill: Option<&Fill>, stroke: Option<&Stroke>) -> Result<(), &'static str> {
        let colour = |paint: &Paint| match paint {
            Paint::Color(colour) => Ok([colour.red, colour.green, colour.blue].map(|part| f32::from(part) / 255.0)),
            _ => Err("it has colours that change, which PDF has no room for here"),
        };
        let content = &mut self.content;
        content.save_state();
        content.transform(matrix(place));
        if let Some(fill) = fill {
            let [red, green, blue] = colour(fill.paint())?;
            content.set_fill_rgb(red, green, blue);
        }
        if let Some(stroke) = stroke {
            let [red, green, blue] = colour(stroke.paint())?;
            content.set_stroke_rgb(red, green, blue);
            content.set_line_width(stroke.width().get());
            content.set_miter_limit(stroke.miterlimit().get());
            content.set_line_cap(match stroke.linecap() {
                LineCap::Butt => LineCapStyle::ButtCap,
                LineCap::Round => LineCapStyle::RoundCap,
                LineCap::Square => LineCapStyle::ProjectingSquareCap,
            });
            content.set_line_join(match stroke.linejoin() {
                LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
                LineJoin::Round => LineJoinStyle::RoundJoin,
                LineJoin::Bevel => LineJoinStyle::BevelJoin,
            });
            if let Some(dashes) = stroke.dasharray() {
                content.set_dash_pattern(dashes.iter().copied(), stroke.dashoffset());
            }
        }
        let opacity = |opacity: Option<f32>| (opacity.unwrap_or(1.0) * 255.0).round() as u8;
        let both =
            (opacity(fill.map(|fill| fill.opacity().get())), opacity(stroke.map(|stroke| stroke.opacity().get())));
        if both != (255, 255) {
            let name = format!("o{}-{}", both.0, both.1);
            content.set_parameters(Name(name.as_bytes()));
            self.opacities.insert(both, name);
        }
        Ok(())
    }
}

fn matrix(place: Transform) -> [f32; 6] {
    [place.sx, place.ky, place.kx, place.sy, place.tx, place.ty]
}
