"""Makes the font inside the program out of Inter (Debian's fonts-inter, 3.19): some alphabets, and nothing that moves letters.

    pip install fonttools
    python3 data/fonts/make.py /usr/share/fonts/opentype/inter

Without kerning and ligatures a text is exactly as wide as its letters together. What the font lacks is an empty square.
"""
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

KEPT = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x259, 0x259),  # Latin
    (0x370, 0x3FF), (0x400, 0x45F), (0x490, 0x491),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Latin with several marks
    (0x2010, 0x2027), (0x2030, 0x203A), (0x20AC, 0x20AC), (0x2122, 0x2122),  # punctuation
    (0x2190, 0x2199), (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265),  # arrows, signs
    (0x25A0, 0x25CF),  # squares and their like
]
SQUARE = 0x25A1

here = pathlib.Path(__file__).parent
for weight in ["Regular", "SemiBold"]:
    font = TTFont(pathlib.Path(sys.argv[1]) / f"Inter-{weight}.otf", recalcTimestamp=False)
    options = subset.Options(layout_features=[], notdef_outline=True, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in KEPT for code in range(first, last + 1)])
    subsetter.subset(font)
    square = font.getBestCmap()[SQUARE]
    outlines = font["CFF "].cff[0].CharStrings
    drawn = outlines[square]
    drawn.decompile()
    outlines[".notdef"].setProgram(list(drawn.program))
    font["hmtx"][".notdef"] = font["hmtx"][square]
    font.save(here / f"Inter-{weight}.otf")
