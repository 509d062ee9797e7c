use std::fs::File;
use std::io;
use std::time::SystemTime;

/// An `Opened` is a file that is mapped, with what it was like before.
#[derive(Debug)]
pub(super) struct Opened {
    file: File,
    was: (u64, Option<SystemTime>),
}

impl Opened {
    pub fn new(file: File) -> io::Result<Opened> {
        let was = state(&file)?;
        Ok(Opened { file, was })
    }

    /// Maps the file's bytes. They stay those of this file when another one takes its place, but not when somebody
    /// writes over it.
    pub fn map(&self) -> io::Result<bytes::Bytes> {
        Ok(bytes::Bytes::from_owner(self.mapped()?))
    }

    /// Maps them a second time, for a look at a few bytes here and there: nothing is read ahead of these, which would be most of a
    /// large file.
    pub fn map_scattered(&self) -> io::Result<memmap2::Mmap> {
        let map = self.mapped()?;
        // Where the system takes no advice, it reads ahead.
        #[cfg(unix)]
        {
            _ = map.advise(memmap2::Advice::Random);
        }
        Ok(map)
    }

    #[allow(unsafe_code, reason = "the one memory map; a snapshot is replaced by renaming, never written in place")]
    fn mapped(&self) -> io::Result<memmap2::Mmap> {
        // SAFETY: the map is read only. This program never changes a snapshot in place: it writes a new file and renames
        // it. Another program that does so all the same while we read breaks the promise of every map: `is_as_it_was` tells.
        unsafe { memmap2::MmapOptions::new().map(&self.file) }
    }

    /// Tells whether nobody has written to it or cut it off since.
    pub fn is_as_it_was(&self) -> io::Result<bool> {
        Ok(state(&self.file)? == self.was)
    }
}

/// Its length, and when it was last written to.
fn state(file: &File) -> io::Result<(u64, Option<SystemTime>)> {
    let known = file.metadata()?;
    Ok((known.len(), known.modified().ok()))
}
