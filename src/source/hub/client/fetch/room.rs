use std::io;
use std::path::Path;

/// Bytes that are left to others: a disk that is full harms whoever writes to it.
const LEFT: u64 = 128 << 20;
/// After so many bytes it is looked again: others write there too.
const EVERY: u64 = 16 << 20;

/// What is free on the disk that is written to.
#[derive(Debug)]
pub(super) struct Room {
    /// Bytes that are free at a path, where that is known.
    free: fn(&Path) -> Option<u64>,
    /// Bytes that were written since it was looked.
    unseen: u64,
}

impl Default for Room {
    fn default() -> Room {
        Room { free, unseen: EVERY }
    }
}

impl Room {
    /// Whether so many bytes can be written into a folder.
    ///
    /// # Errors
    /// If they cannot.
    pub fn is_for(&self, folder: &Path, bytes: u64) -> io::Result<()> {
        match (self.free)(folder) {
            Some(free) if free < bytes.saturating_add(LEFT) => {
                let words = format!(
                    "{}: there are {} free on its disk, {} more are to be written, and {} are left to others; make room, or \
                     name a file on another disk with -o",
                    folder.display(),
                    shown(free),
                    shown(bytes),
                    shown(LEFT)
                );
                Err(io::Error::new(io::ErrorKind::StorageFull, words))
            }
            _ => Ok(()),
        }
    }

    /// Looks now and then whether there is room for more, before so many bytes are written.
    ///
    /// # Errors
    /// If there is none.
    pub fn claim(&mut self, folder: &Path, bytes: u64) -> io::Result<()> {
        self.unseen = self.unseen.saturating_add(bytes);
        if self.unseen < EVERY {
            return Ok(());
        }
        self.unseen = 0;
        self.is_for(folder, EVERY.max(bytes))
    }
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let known = rustix::fs::statvfs(folder).ok()?;
    Some(known.f_bavail.saturating_mul(known.f_frsize))
}

/// Elsewhere the language tells nothing of disks: one that is full is an error of the write.
#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

fn shown(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{bytes} bytes"),
        1_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_never_filled() {
        let room = Room { free: |_| Some(1 << 30), unseen: 0 };
        let folder = Path::new("o.fetch");
        assert!(room.is_for(folder, (1 << 30) - LEFT).is_ok());
        let error = room.is_for(folder, (1 << 30) - LEFT + 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(
            error.to_string(),
            "o.fetch: there are 1073 MB free on its disk, 939 MB more are to be written, and 134 MB are left to others; \
             make room, or name a file on another disk with -o"
        );
        assert!(room.is_for(folder, u64::MAX).is_err());
        let unknown = Room { free: |_| None, unseen: 0 };
        assert!(unknown.is_for(folder, u64::MAX).is_ok());
    }

    #[test]
    fn it_is_looked_first_and_then_now_and_then() {
        let full: fn(&Path) -> Option<u64> = |_| Some(LEFT);
        let folder = Path::new("o.fetch");
        assert!(Room { free: full, ..Room::default() }.claim(folder, 1).is_err());
        let mut room = Room { free: full, unseen: 0 };
        let written = (0..).take_while(|_| room.claim(folder, 1 << 20).is_ok()).count() as u64;
        assert_eq!(written, (EVERY >> 20) - 1);
        assert!(written << 20 < LEFT);
    }

    #[cfg(unix)]
    #[test]
    fn the_system_tells_what_is_free() {
        assert!(free(Path::new(".")).is_some_and(|bytes| bytes > 0));
        assert_eq!(free(Path::new("/no/such/folder")), None);
    }
}
