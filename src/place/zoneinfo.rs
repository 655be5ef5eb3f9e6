use std::{
    collections::HashMap,
    fs,
    io::{self, BufRead, Read},
    path::{Path, PathBuf},
};

use super::ZoneTableError;

/// Where hosts keep their compiled zone files, the most common first.
pub(super) const USUAL: &[&str] =
    &["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];

/// No zone file comes near this; whatever is larger is something else.
const LARGEST: u64 = 1 << 20;

/// A host's zone files, with the links that its `tzdata.zi` lists: some systems ship only the target of a link.
pub(super) struct Folder {
    path: PathBuf,
    version: String,
    links: HashMap<String, String>,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, ZoneTableError> {
        let version = version(path)?;
        let text = fs::read_to_string(path.join("tzdata.zi")).map_err(|_| ZoneTableError::NoVersion)?;
        let links = text.lines().filter_map(link).collect();
        Ok(Self { path: path.to_owned(), version, links })
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The bytes of a zone's file, or of what it links to; empty when there is none.
    pub(super) fn read(&self, zone: &str) -> io::Result<Vec<u8>> {
        let file = match fs::File::open(self.path.join(zone)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let Some(target) = self.links.get(zone) else { return Ok(Vec::new()) };
                match fs::File::open(self.path.join(target)) {
                    Ok(file) => file,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                    Err(error) => return Err(error),
                }
            }
            Err(error) => return Err(error),
        };
        let mut data = Vec::new();
        file.take(LARGEST).read_to_end(&mut data)?;
        Ok(data)
    }
}

/// The release that the first line of the folder's `tzdata.zi` states: `# version 2025b`.
pub(super) fn version(folder: &Path) -> Result<String, ZoneTableError> {
    let file = fs::File::open(folder.join("tzdata.zi")).map_err(|_| ZoneTableError::NoVersion)?;
    let mut line = String::new();
    io::BufReader::new(file).take(64).read_line(&mut line).map_err(|_| ZoneTableError::NoVersion)?;
    let version = line.trim_end().strip_prefix("# version ").ok_or(ZoneTableError::NoVersion)?;
    if is_release(version) { Ok(version.to_owned()) } else { Err(ZoneTableError::NoVersion) }
}

/// Whether the first of two releases is the newer. What is not the name of a release is never newer.
pub(super) fn newer(one: &str, other: &str) -> bool {
    is_release(one) && is_release(other) && one > other
}

/// `2026e`: a year and one letter. A build of something in between, such as `2026e-12-g1a2b3c4`, is not a release.
pub(crate) fn is_release(version: &str) -> bool {
    match *version.as_bytes() {
        [ref year @ .., letter] => {
            year.len() == 4 && year.iter().all(u8::is_ascii_digit) && letter.is_ascii_lowercase()
        }
        [] => false,
    }
}

/// `L Europe/Paris Europe/Monaco`: target, then link. A name that could leave the folder is no link.
fn link(line: &str) -> Option<(String, String)> {
    let mut words = line.strip_prefix("L ")?.split(' ');
    let (target, name) = (words.next()?, words.next()?);
    let plain =
        |name: &str| !name.starts_with('/') && name.split('/').all(|part| !part.is_empty() && part != "..");
    plain(target).then(|| (name.to_owned(), target.to_owned()))
}
