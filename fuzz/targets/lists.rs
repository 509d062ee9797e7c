//! What somebody brings beside a snapshot: a list of models, a policy, terms of licences, models that something is wrong with, and the files of
//! a folder with a model. Each is read or refused with its place, and the same each time.
#![no_main]

use std::fs;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use modelkin::ask::Flag;
use modelkin::provenance::Policy;
use modelkin::reference::Terms;
use modelkin::source::{Inventory, LocalModel};
use modelkin_fuzz::path;

const FILES: [&str; 4] = ["README.md", "adapter_config.json", "config.json", "mergekit_config.yml"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    match first % 8 {
        0 => {
            let read = || Inventory::read(Path::new("list"), bytes).map_err(|error| error.to_string());
            let found = read();
            assert_eq!(found, read());
            let Ok(found) = found else { return };
            let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
            assert!(found.models.iter().all(|model| (1..=lines).contains(&model.line)));
        }
        1 => {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            if let Err(error) = Policy::read("policy", text) {
                assert!(error.to_string().starts_with("policy, "));
            }
        }
        2 => _ = Terms::read("terms", bytes).map_err(|error| assert!(error.to_string().starts_with("terms, "))),
        3 => _ = Flag::read("flagged", bytes).map_err(|error| assert!(error.to_string().starts_with("flagged, "))),
        file => {
            let folder = path("model");
            _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(FILES[usize::from(file) - 4]), bytes).expect("a file");
            let read = || match LocalModel::read(&folder) {
                Ok(local) => format!("{local:?}"),
                Err(error) => error.to_string(),
            };
            assert_eq!(read(), read());
        }
    }
});
