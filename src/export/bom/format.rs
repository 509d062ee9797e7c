use std::io::{self, Write};

use super::{Bom, cyclonedx, spdx};

/// A `BomFormat` is a format of bills of materials, in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BomFormat {
    /// This is CycloneDX 1.6 in JSON, which most tools read today.
    CycloneDx16,
    /// This is CycloneDX 1.7 in JSON; it also says which part of the bill the snapshot tells.
    CycloneDx17,
    /// This is SPDX 3.0.1 in JSON-LD.
    Spdx,
}

impl BomFormat {
    /// This lists every format, in the order of the help.
    pub const ALL: [BomFormat; 3] = [BomFormat::CycloneDx16, BomFormat::CycloneDx17, BomFormat::Spdx];

    /// Gives the format's name in options.
    pub fn name(self) -> &'static str {
        match self {
            BomFormat::CycloneDx16 => "cyclonedx",
            BomFormat::CycloneDx17 => "cyclonedx-1.7",
            BomFormat::Spdx => "spdx",
        }
    }

    /// Gives how the names of its files end, by the customs of the format.
    pub fn suffix(self) -> &'static str {
        match self {
            BomFormat::CycloneDx16 | BomFormat::CycloneDx17 => "cdx.json",
            BomFormat::Spdx => "spdx3.json",
        }
    }

    /// Finds the format of that name; `cyclonedx-1.6` is `cyclonedx`. Capitals matter.
    pub fn from_name(name: &str) -> Option<BomFormat> {
        match name {
            "cyclonedx-1.6" => Some(BomFormat::CycloneDx16),
            name => BomFormat::ALL.into_iter().find(|format| format.name() == name),
        }
    }
}

impl Bom {
    /// Writes the bill. The same bill gives the same bytes.
    ///
    /// # Errors
    /// It fails if the writer does.
    pub fn write(&self, format: BomFormat, out: &mut dyn Write) -> io::Result<()> {
        let document = match format {
            BomFormat::CycloneDx16 => cyclonedx::document(self, cyclonedx::Version::V1_6),
            BomFormat::CycloneDx17 => cyclonedx::document(self, cyclonedx::Version::V1_7),
            BomFormat::Spdx => spdx::document(self),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}
