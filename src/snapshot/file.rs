use std::fs::File;
use std::hash::Hasher as _;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::writer::FileWriter;
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::{ArrowError, Schema};
use twox_hash::XxHash3_64;

use super::columns::{Columns, schema};
use super::{Error, Provenance, Snapshot};

/// The version of the format: the columns and keys of this file. A change that old readers would misread adds one.
const FORMAT: &str = "2";
const FORMAT_KEY: &str = "modelkin.format";
const PROVENANCE_KEY: &str = "modelkin.provenance";
const REJECTS_KEY: &str = "modelkin.rejects";
/// The checksum of all bytes before it, in the footer, where it is found by this text. Sixteen hex digits follow it.
const SEAL_KEY: &str = "modelkin.seal";
const SEAL: &str = "xxh3:";
const UNSEALED: &str = "xxh3:0000000000000000";
/// `ARROW1` at the end, after the footer's length in four bytes.
const TRAILER: usize = 10;

/// How the name of a file ends that is not whole yet.
const PART: &str = ".part";

/// The folder of a snapshot, and how the name of its unfinished file begins.
fn part_of(path: &Path) -> (&Path, String) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    (folder, format!(".{}-", path.file_name().unwrap_or_default().to_string_lossy()))
}

impl Snapshot {
    /// Writes the snapshot to `path`. Until it is whole and on the disk, a file that was there stays as it was.
    ///
    /// # Errors
    /// [`Error::Io`] with the file's name.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let wrong = |error| Error::Io { path: path.into(), error };
        let (folder, prefix) = part_of(path);
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(PART);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any program's file: what the user's mask leaves of it.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut part = builder.tempfile_in(folder).map_err(wrong)?;
        self.write_to(part.as_file_mut()).map_err(wrong)?;
        part.as_file().sync_all().map_err(wrong)?;
        part.persist(path).map_err(|error| wrong(error.error))?;
        // The new name is on the disk when its folder is; where folders cannot be synced, nothing is lost by it.
        _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// Sees whether a file can be written to `path`, so that nothing is fetched in vain.
    ///
    /// # Errors
    /// [`Error::Io`] with the file's name.
    pub fn try_path(path: &Path) -> Result<(), Error> {
        let (folder, prefix) = part_of(path);
        let made = tempfile::Builder::new().prefix(&prefix).suffix(PART).tempfile_in(folder);
        made.map(drop).map_err(|error| Error::Io { path: path.into(), error })
    }

    /// Removes what was left by programs that were killed while they wrote to `path`. Nobody may be writing to it now.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read.
    pub fn clear_parts(path: &Path) -> Result<(), Error> {
        let wrong = |error| Error::Io { path: path.into(), error };
        let (folder, prefix) = part_of(path);
        for entry in std::fs::read_dir(folder).map_err(wrong)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let drawn = name.strip_prefix(&prefix).and_then(|name| name.strip_suffix(PART));
            let is_ours =
                drawn.is_some_and(|drawn| drawn.len() == 6 && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            if is_ours && entry.path().is_file() {
                std::fs::remove_file(entry.path()).map_err(wrong)?;
            }
        }
        Ok(())
    }

    fn write_to(&self, file: &mut File) -> io::Result<()> {
        let metadata = [(FORMAT_KEY, FORMAT.to_owned()), (PROVENANCE_KEY, serde_json::to_string(&self.provenance)?)];
        let metadata: std::collections::HashMap<_, _> = metadata.map(|(key, value)| (key.to_owned(), value)).into();
        let schema = schema().with_metadata(metadata);
        let mut writer = FileWriter::try_new(BufWriter::new(&mut *file), &schema).map_err(other)?;
        let batch = RecordBatch::try_new(Arc::new(schema.clone()), self.batch().columns().to_vec()).map_err(other)?;
        writer.write(&batch).map_err(other)?;
        writer.write_metadata(REJECTS_KEY, serde_json::to_string(&rejects_to_wire(&self.rejects))?);
        writer.write_metadata(SEAL_KEY, UNSEALED);
        writer.finish().map_err(other)?;
        writer.into_inner().map_err(other)?.flush()?;
        seal(file)
    }

    fn batch(&self) -> &RecordBatch {
        self.columns.batch()
    }

    /// Opens a snapshot: maps it, checks its seal, and takes its columns apart without copying them.
    ///
    /// # Errors
    /// If it is not there, no snapshot, of another format, or not as it was written.
    pub fn open(path: &Path) -> Result<Snapshot, Error> {
        let wrong = |error| Error::Io { path: path.into(), error };
        // Before it is opened: a pipe would wait for its writer.
        if !std::fs::metadata(path).map_err(wrong)?.is_file() {
            return Err(Error::Foreign { path: path.into(), reason: "is no ordinary file".into() });
        }
        let file = File::open(path).map_err(wrong)?;
        let bytes = map(&file).map_err(wrong)?;
        Snapshot::from_bytes(path, Buffer::from(bytes))
    }

    fn from_bytes(path: &Path, bytes: Buffer) -> Result<Snapshot, Error> {
        let damaged = |reason: String| Error::Damaged { path: path.into(), reason };
        let foreign = |reason: String| Error::Foreign { path: path.into(), reason };
        if !bytes.starts_with(b"ARROW1") {
            let what = if bytes.is_empty() { "is empty" } else { "is no snapshot" };
            return Err(foreign(format!("{what}; make one with `modelkin import FILE -o {}`", path.display())));
        }
        let footer_bytes = footer_of(&bytes).map_err(&damaged)?;
        // Nothing is parsed before the seal is checked: what follows reads only what was written.
        check_seal(&bytes, footer_bytes).map_err(&damaged)?;
        let footer =
            root_as_footer(footer_bytes).map_err(|error| damaged(format!("its footer cannot be read ({error})")))?;
        let stored = footer.schema().ok_or_else(|| damaged("its footer has no schema".into()))?;
        let stored = try_fb_to_schema(stored).map_err(|error| damaged(error.to_string()))?;
        let format = stored.metadata().get(FORMAT_KEY).map_or("unknown", String::as_str);
        if format != FORMAT {
            return Err(foreign(format!(
                "is a snapshot of format {format}; this program reads format {FORMAT}: import its sources again"
            )));
        }
        let metadata = |key: &str| {
            footer.custom_metadata().and_then(|pairs| pairs.iter().find(|pair| pair.key() == Some(key))?.value())
        };
        let provenance: Provenance = stored
            .metadata()
            .get(PROVENANCE_KEY)
            .and_then(|json| serde_json::from_str(json).ok())
            .ok_or_else(|| damaged("its provenance cannot be read".into()))?;
        let rejects = metadata(REJECTS_KEY)
            .and_then(|json| serde_json::from_str::<Vec<WireReject>>(json).ok())
            .ok_or_else(|| damaged("its rejects cannot be read".into()))?;
        let batch = decode(&bytes, stored, &footer).map_err(|error| damaged(error.to_string()))?;
        let columns = Columns::from_batch(batch).map_err(|reason| {
            foreign(format!("was written by another version of the program ({reason}): import its sources again"))
        })?;
        Ok(Snapshot { columns, provenance, rejects: rejects_from_wire(rejects) })
    }
}

/// A reject in the file: file, place, reason.
type WireReject = (String, String, String);

fn rejects_to_wire(rejects: &[crate::model::Reject]) -> Vec<(&str, &str, &str)> {
    rejects.iter().map(|reject| (reject.file.as_str(), reject.place.as_str(), reject.reason.as_str())).collect()
}

fn rejects_from_wire(rejects: Vec<WireReject>) -> Vec<crate::model::Reject> {
    rejects.into_iter().map(|(file, place, reason)| crate::model::Reject { file, place, reason }).collect()
}

#[allow(unsafe_code, reason = "the one memory map; a snapshot is replaced by renaming, never written in place")]
fn map(file: &File) -> io::Result<bytes::Bytes> {
    // The seal needs every page, so all are asked for at once.
    // SAFETY: the map is read only. This program never changes a snapshot in place: it writes a new file and renames
    // it. Another program that does so all the same while we read breaks the promise of every map.
    let map = unsafe { memmap2::MmapOptions::new().populate().map(file)? };
    Ok(bytes::Bytes::from_owner(map))
}

fn footer_of(bytes: &[u8]) -> Result<&[u8], String> {
    let cut = || "its end is missing".to_owned();
    let footer_end = bytes.len().checked_sub(TRAILER).ok_or_else(cut)?;
    let trailer: [u8; TRAILER] = bytes[footer_end..].try_into().map_err(|_| cut())?;
    let length = read_footer_length(trailer).map_err(|_| cut())?;
    let start = footer_end.checked_sub(length).ok_or_else(cut)?;
    Ok(&bytes[start..footer_end])
}

fn decode(bytes: &Buffer, schema: Schema, footer: &arrow_ipc::Footer<'_>) -> Result<RecordBatch, ArrowError> {
    let slice = |block: &Block| {
        let wrong = || ArrowError::IpcError("a block lies outside the file".into());
        let start = usize::try_from(block.offset()).map_err(|_| wrong())?;
        let length = usize::try_from(block.bodyLength() + i64::from(block.metaDataLength())).map_err(|_| wrong())?;
        if start.checked_add(length).is_none_or(|end| end > bytes.len()) {
            return Err(wrong());
        }
        Ok(bytes.slice_with_length(start, length))
    };
    let mut decoder = FileDecoder::new(Arc::new(schema), footer.version());
    for block in footer.dictionaries().iter().flatten() {
        decoder.read_dictionary(block, &slice(block)?)?;
    }
    let batches = footer.recordBatches().filter(|batches| batches.len() == 1);
    let block = batches
        .as_ref()
        .map(|batches| batches.get(0))
        .ok_or_else(|| ArrowError::IpcError("not one batch of rows".into()))?;
    decoder.read_record_batch(block, &slice(block)?)?.ok_or_else(|| ArrowError::IpcError("no rows".into()))
}

fn other(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        error => io::Error::other(error),
    }
}

/// Where the digits of the seal stand in the file.
fn seal_at(bytes: &[u8], footer: &[u8]) -> Option<usize> {
    let footer_at = bytes.len() - TRAILER - footer.len();
    let at = footer.windows(SEAL.len()).rposition(|window| window == SEAL.as_bytes())?;
    let digits = footer_at + at + SEAL.len();
    (digits + 16 + TRAILER <= bytes.len()).then_some(digits)
}

/// The checksum of a file, its own sixteen digits left out.
fn checksum(bytes: &[u8], digits: usize) -> u64 {
    let mut hash = XxHash3_64::new();
    hash.write(&bytes[..digits]);
    hash.write(&bytes[digits + 16..]);
    hash.finish()
}

/// Writes the checksum of the finished file into its footer.
fn seal(file: &mut File) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let map = map(file)?;
    let footer = footer_of(&map).map_err(io::Error::other)?;
    let digits = seal_at(&map, footer).ok_or_else(|| io::Error::other("the footer has no place for the seal"))?;
    let sum = checksum(&map, digits);
    drop(map);
    file.seek(SeekFrom::Start(digits as u64))?;
    write!(file, "{sum:016x}")
}

fn check_seal(bytes: &[u8], footer: &[u8]) -> Result<(), String> {
    let digits =
        seal_at(bytes, footer).ok_or("it has no seal, so it is another program's Arrow file or its end was altered")?;
    match bytes[digits..digits + 16] == *format!("{:016x}", checksum(bytes, digits)).as_bytes() {
        true => Ok(()),
        false => Err("its contents are not those that were written".into()),
    }
}
