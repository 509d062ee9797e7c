use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::FileDecoder;
use arrow_ipc::writer::FileWriter;
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::ArrowError;

use super::columns::{Columns, Unfit, arrays, digest};
use super::file_set::FileSet;
use super::frame::{Frame, KEPT_KEY, SEAL_KEY, SUMS_KEY, UNSEALED, footer_of, metadata, outside};
use super::kept::Kept;
use super::opened::Opened;
use super::packed::unpacked;
use super::part::{Place, Raw, checksum};
use super::schema::schema;
use super::seal::{check_seal, seal};
use super::{Body, Error, Provenance, Snapshot};
use crate::model::guarded;

/// The version of the format: the columns and keys of this file. A change that old readers would misread adds one.
const FORMAT: &str = "4";
const FORMAT_KEY: &str = "modelkin.format";
const PROVENANCE_KEY: &str = "modelkin.provenance";
const REJECTS_KEY: &str = "modelkin.rejects";
/// Arrays begin at multiples of this.
const ALIGNED: u64 = 64;

impl Snapshot {
    /// Writes the snapshot to `path`. Until it is whole and on the disk, a file that was there stays as it was; see [`FileSet`].
    ///
    /// # Errors
    /// [`Error::Io`] with the file's name.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        match Draft::begin(self, path)? {
            Some(draft) => draft.finish(self),
            None => {
                let mut set = FileSet::default();
                self.copy_to(set.part(path)?).map_err(|error| Error::Io { path: path.into(), error })?;
                set.appear()
            }
        }
    }

    /// Writes the file that it was read from: it is as it was written, and nothing was changed since.
    fn copy_to(&self, file: &mut File) -> io::Result<()> {
        if let Body::File { file: mapped, .. } = &*self.body {
            file.write_all(mapped)?;
        }
        self.unchanged().map_err(io::Error::other)
    }

    /// Opens a snapshot: maps it, checks its frame and reads the names. Each other column is read when it is first asked for. A packed
    /// one ([`Snapshot::pack`]) is unpacked into memory first.
    ///
    /// # Errors
    /// It fails if the file is not there, is no snapshot or one of another format, or if its frame or its names are not
    /// as they were written.
    pub fn open(path: &Path) -> Result<Snapshot, Error> {
        let wrong = |error| Error::Io { path: path.into(), error };
        // Before it is opened: a pipe would wait for its writer.
        if !std::fs::metadata(path).map_err(wrong)?.is_file() {
            return Err(Error::Foreign { path: path.into(), reason: "is no ordinary file".into() });
        }
        let file = File::open(path).map_err(wrong)?;
        let opened = Opened::new(file).map_err(wrong)?;
        let bytes = opened.map().map_err(wrong)?;
        let bytes = match Snapshot::is_packed(&bytes) {
            true => unpacked(&bytes).map_err(|reason| Error::Damaged { path: path.into(), reason })?,
            false => Buffer::from(bytes),
        };
        Snapshot::from_bytes(path, bytes, Arc::new(opened))
    }

    /// Gives the same records out of the same file, with nothing that was computed from them: it is computed when it is
    /// asked for.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the names are not as they were written.
    pub fn bare(&self) -> Result<Snapshot, Error> {
        let mut bare = match &*self.body {
            Body::Memory(batch) => {
                Snapshot::in_memory(batch.clone(), Provenance::clone(&self.provenance), self.rejects.to_vec())
            }
            Body::File { path, file, opened, .. } => Snapshot::from_bytes(path, file.clone(), opened.clone())?,
        };
        bare.kept = Arc::default();
        Ok(bare)
    }

    /// Gives all columns as a batch of Arrow, which holds the file open: of a file that is mapped nothing is copied.
    ///
    /// # Errors
    /// [`Error::Damaged`] if any of it is not as it was written.
    pub fn batch(&self) -> Result<RecordBatch, Error> {
        self.verify()?;
        self.decoded()
    }

    /// Computes the digest of the records, a SHA-256 in hex.
    ///
    /// # Errors
    /// [`Error::Damaged`] if they are no valid columns.
    pub fn digest(&self) -> Result<String, Error> {
        Ok(digest(&self.decoded()?))
    }

    /// All columns as the other crate reads them.
    fn decoded(&self) -> Result<RecordBatch, Error> {
        match &*self.body {
            Body::Memory(batch) => Ok(batch.clone()),
            Body::File { path, file, .. } => {
                let damaged = |reason| Error::Damaged { path: path.clone(), reason };
                // Another crate's reader: what it does not bear is damage, and no end of the program.
                let decoded = guarded(|| decoded(file));
                let unread = |said| Err(format!("its columns cannot be read: {said}"));
                let batch = decoded.unwrap_or_else(unread).map_err(damaged)?;
                self.is_read_as(&batch, file).map_err(damaged)?;
                Ok(batch)
            }
        }
    }

    /// Says whether the other crate finds the same arrays in the file as questions do: it goes by what each column says of its
    /// nulls and of its words, they by the order in which everything stands.
    fn is_read_as(&self, batch: &RecordBatch, file: &Buffer) -> Result<(), String> {
        let footer = root_as_footer(footer_of(file)?).map_err(|error| error.to_string())?;
        let frame = Frame::read(file, &footer)?;
        let (words, found) = arrays(batch);
        let are_same = |places: &[Place], found: &[Buffer]| {
            places.len() == found.len()
                && places.iter().zip(found).all(|((range, _), found)| file[range.clone()] == **found)
        };
        match frame.rows == batch.num_rows() && are_same(&frame.words, &words) && are_same(&frame.arrays, &found) {
            true => Ok(()),
            false => Err("its columns are not where they are read: another reader of Arrow sees others".into()),
        }
    }

    /// Gives the same records, once they are known to be those whose digest the snapshot says, and with nothing that
    /// was kept.
    ///
    /// # Errors
    /// [`Error::Damaged`] if they are others, or no valid columns.
    pub fn proven(&self) -> Result<Snapshot, Error> {
        self.verify()?;
        let (says, is) = (&self.provenance.digest, self.digest()?);
        match *says == is {
            true => self.bare(),
            false => Err(self.damaged(format!("it says that its digest is {says}, and its records give {is}"))),
        }
    }

    fn from_bytes(path: &Path, file: Buffer, opened: Arc<Opened>) -> Result<Snapshot, Error> {
        let bytes: &[u8] = &file;
        let damaged = |reason: String| Error::Damaged { path: path.into(), reason };
        let foreign = |reason: String| Error::Foreign { path: path.into(), reason };
        if !bytes.starts_with(b"ARROW1") {
            let what = if bytes.is_empty() { "is empty" } else { "is no snapshot" };
            return Err(foreign(format!("{what}; make one with `modelkin import FILE -o {}`", path.display())));
        }
        let footer_bytes = footer_of(bytes).map_err(&damaged)?;
        let footer =
            root_as_footer(footer_bytes).map_err(|error| damaged(format!("its footer cannot be read ({error})")))?;
        let stored = footer.schema().ok_or_else(|| damaged("its footer has no schema".into()))?;
        let stored = try_fb_to_schema(stored).map_err(|error| damaged(error.to_string()))?;
        let frame = Frame::read(bytes, &footer);
        let format = stored.metadata().get(FORMAT_KEY).map_or("unknown", String::as_str);
        match (&frame, format == FORMAT) {
            (Ok(frame), true) => {
                // A packed one lies in memory, and otherwise in its file.
                let is_it = |map: &memmap2::Mmap| map.len() == bytes.len() && !Snapshot::is_packed(map);
                let scattered = opened.map_scattered().ok().filter(is_it);
                check_seal(bytes, scattered.as_deref().unwrap_or(bytes), &footer, frame).map_err(&damaged)?;
            }
            (Err(reason), true) => return Err(damaged(reason.clone())),
            (_, false) if format == "unknown" => {
                return Err(damaged("it is another program's Arrow file, or its end was altered".into()));
            }
            (_, false) => {
                return Err(foreign(format!(
                    "is a snapshot of format {format}; this program reads format {FORMAT}: import its sources again"
                )));
            }
        }
        let frame = frame.map_err(&damaged)?;
        let provenance: Provenance = stored
            .metadata()
            .get(PROVENANCE_KEY)
            .and_then(|json| serde_json::from_str(json).ok())
            .ok_or_else(|| damaged("its provenance cannot be read".into()))?;
        let rejects = metadata(&footer, REJECTS_KEY)
            .and_then(|json| serde_json::from_str::<Vec<WireReject>>(json).ok())
            .ok_or_else(|| damaged("its rejects cannot be read".into()))?;
        let strange = |reason: String| {
            foreign(format!("was written by another version of the program ({reason}): import its sources again"))
        };
        if stored.fields() != schema().fields() {
            return Err(strange("its columns are others".into()));
        }
        let places = frame.places().cloned().collect();
        let stored = |place: Place| Raw::Stored { file: file.clone(), place };
        let words = frame.words.into_iter().map(stored).collect();
        let arrays = frame.arrays.into_iter().map(stored).collect();
        let columns = Columns::from_arrays(frame.rows, words, arrays).map_err(|unfit| match unfit {
            Unfit::Strange(reason) => strange(reason),
            Unfit::Damaged(reason) => damaged(reason),
        })?;
        let mut kept = Kept::default();
        for (name, width, place) in frame.kept {
            kept.place(&name, width, stored(place));
        }
        let body = Body::File { path: path.into(), file: file.clone(), opened, places };
        Ok(Snapshot::new(columns, body, kept, provenance, rejects_from_wire(rejects)))
    }
}

/// A `Draft` is the file of a snapshot in which the columns stand, and nothing yet of what is kept beside them: they go to the disk
/// while that is still computed.
pub(crate) struct Draft {
    set: FileSet,
    path: PathBuf,
    writer: FileWriter<BufWriter<File>>,
    /// The checksums of the columns.
    sums: String,
}

impl Draft {
    /// Begins the file of a snapshot that is in memory; there is none for one that is a file already.
    ///
    /// # Errors
    /// [`Error::Io`] with the file's name.
    pub fn begin(snapshot: &Snapshot, path: &Path) -> Result<Option<Draft>, Error> {
        let Body::Memory(batch) = &*snapshot.body else { return Ok(None) };
        let mut set = FileSet::default();
        let file = set.part(path)?;
        let write = || -> io::Result<_> {
            let provenance = serde_json::to_string(&*snapshot.provenance)?;
            let metadata = [(FORMAT_KEY, FORMAT.to_owned()), (PROVENANCE_KEY, provenance)];
            let metadata: std::collections::HashMap<_, _> = metadata.map(|(key, value)| (key.to_owned(), value)).into();
            let schema = schema().with_metadata(metadata);
            let mut writer = FileWriter::try_new(BufWriter::new(file.try_clone()?), &schema).map_err(other)?;
            let batch = RecordBatch::try_new(Arc::new(schema), batch.columns().to_vec()).map_err(other)?;
            writer.write(&batch).map_err(other)?;
            writer.flush().map_err(other)?;
            file.sync_data()?;
            let (words, arrays) = arrays(&batch);
            let sums = words.iter().chain(&arrays).map(|array| format!("{:016x}", checksum(array))).collect();
            Ok((writer, sums))
        };
        let (writer, sums) = write().map_err(|error| Error::Io { path: path.into(), error })?;
        Ok(Some(Draft { set, path: path.into(), writer, sums }))
    }

    /// Adds what the same snapshot keeps by now, and puts the file into its place.
    ///
    /// # Errors
    /// [`Error::Io`] with the file's name.
    pub fn finish(self, snapshot: &Snapshot) -> Result<(), Error> {
        let Draft { set, path, mut writer, sums } = self;
        let write = || -> io::Result<()> {
            let mut kept = Vec::new();
            let out = writer.get_mut();
            let mut at = out.get_mut().stream_position()?;
            for (name, width, bytes) in snapshot.kept.all() {
                let pad = at.next_multiple_of(ALIGNED) - at;
                out.write_all(&[0; ALIGNED as usize][..pad as usize])?;
                at += pad;
                out.write_all(bytes)?;
                kept.push((name, width, at, bytes.len(), format!("{:016x}", checksum(bytes))));
                at += bytes.len() as u64;
            }
            // Arrow's messages begin at multiples of eight.
            out.write_all(&[0; ALIGNED as usize][..(at.next_multiple_of(ALIGNED) - at) as usize])?;
            writer.write_metadata(KEPT_KEY, serde_json::to_string(&kept)?);
            writer.write_metadata(REJECTS_KEY, serde_json::to_string(&rejects_to_wire(&snapshot.rejects))?);
            writer.write_metadata(SUMS_KEY, sums);
            writer.write_metadata(SEAL_KEY, UNSEALED);
            writer.finish().map_err(other)?;
            let mut file = writer.into_inner().map_err(other)?.into_inner().map_err(io::IntoInnerError::into_error)?;
            seal(&mut file)
        };
        write().map_err(|error| Error::Io { path, error })?;
        set.appear()
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

/// The batch of a file, every array of it validated. Nothing is copied.
fn decoded(bytes: &Buffer) -> Result<RecordBatch, String> {
    let footer = root_as_footer(footer_of(bytes)?).map_err(|error| error.to_string())?;
    // It has the numbers of the tables of words.
    let stored =
        try_fb_to_schema(footer.schema().ok_or("its footer has no schema")?).map_err(|error| error.to_string())?;
    let mut decoder = FileDecoder::new(Arc::new(stored), footer.version());
    let block_bytes = |block: &Block| {
        let place = || {
            let start = usize::try_from(block.offset()).ok()?;
            let length = i64::from(block.metaDataLength()).checked_add(block.bodyLength())?;
            let length = usize::try_from(length).ok()?;
            start.checked_add(length).filter(|end| *end <= bytes.len()).map(|_| bytes.slice_with_length(start, length))
        };
        place().ok_or_else(outside)
    };
    for block in footer.dictionaries().iter().flatten() {
        decoder.read_dictionary(block, &block_bytes(block)?).map_err(|error| error.to_string())?;
    }
    let block =
        footer.recordBatches().filter(|batches| batches.len() == 1).ok_or("it has not one batch of rows")?.get(0);
    let batch = decoder.read_record_batch(block, &block_bytes(block)?).map_err(|error| error.to_string())?;
    batch.ok_or_else(|| "it has no batch of rows".to_owned())
}

fn other(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        error => io::Error::other(error),
    }
}
