use std::io::{ErrorKind, Read};

use super::TableError;

/// How a file writes its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, or plain ASCII.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252: what is not UTF-8.
    Windows1252,
}

impl Encoding {
    /// Its usual name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

/// How many bytes are read at once.
const CHUNK: usize = 64 * 1024;

/// A source as UTF-8.
pub(super) struct Decoded<R> {
    source: R,
    encoding: Encoding,
    utf16: Option<encoding_rs::Decoder>,
    /// Bytes that were read and not decoded: the sample at first, then what a chunk cut off.
    raw: Vec<u8>,
    /// Nothing but ASCII so far, so that it may still be Windows-1252.
    plain: bool,
    sampled: bool,
    ended: bool,
    bytes: u64,
    damaged: u64,
}

impl<R: Read> Decoded<R> {
    pub(super) fn open(mut source: R) -> Result<Self, TableError> {
        let mut raw = Vec::new();
        let mut ended = false;
        while raw.len() < 4_096 && !ended {
            ended = read(&mut source, &mut raw)? == 0;
        }
        if let Some(what) = kind(&raw) {
            return Err(TableError::NotText(what));
        }
        let bytes = raw.len() as u64;
        let (encoding, mark) = sniff(&raw);
        raw.drain(..mark);
        let utf16 = match encoding {
            Encoding::Utf16Le => Some(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Utf8 | Encoding::Windows1252 => None,
        };
        // With a mark it is UTF-8 for certain.
        Ok(Self { source, encoding, utf16, raw, plain: mark == 0, sampled: true, ended, bytes, damaged: 0 })
    }

    /// Puts more text behind `into`; `false` when there is none.
    pub(super) fn more(&mut self, into: &mut Vec<u8>) -> Result<bool, TableError> {
        let before = into.len();
        while into.len() == before {
            // The sample is decoded before anything more is read.
            if !std::mem::take(&mut self.sampled) {
                if self.ended {
                    return Ok(false);
                }
                let read = read(&mut self.source, &mut self.raw)?;
                self.bytes += read as u64;
                self.ended = read == 0;
            }
            self.decode(into);
        }
        Ok(true)
    }

    fn decode(&mut self, into: &mut Vec<u8>) {
        match self.encoding {
            Encoding::Utf8 => self.utf8(into),
            Encoding::Windows1252 => self.windows(into),
            Encoding::Utf16Le | Encoding::Utf16Be => self.utf16(into),
        }
    }

    fn utf8(&mut self, into: &mut Vec<u8>) {
        let mut rest = self.raw.as_slice();
        let mut keep = 0;
        while !rest.is_empty() {
            let error = match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.plain &= text.is_ascii();
                    into.extend_from_slice(rest);
                    break;
                }
                Err(error) => error,
            };
            let (good, bad) = rest.split_at(error.valid_up_to());
            self.plain &= good.is_ascii();
            into.extend_from_slice(good);
            if error.error_len().is_none() && !self.ended {
                keep = bad.len();
                break;
            }
            if self.plain {
                self.encoding = Encoding::Windows1252;
                keep = bad.len();
                break;
            }
            self.damaged += 1;
            into.extend_from_slice("\u{FFFD}".as_bytes());
            rest = bad.get(error.error_len().unwrap_or(bad.len())..).unwrap_or_default();
        }
        let done = self.raw.len() - keep;
        self.raw.drain(..done);
        if self.encoding == Encoding::Windows1252 {
            self.windows(into);
        }
    }

    fn windows(&mut self, into: &mut Vec<u8>) {
        let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&self.raw);
        into.extend_from_slice(text.as_bytes());
        self.raw.clear();
    }

    fn utf16(&mut self, into: &mut Vec<u8>) {
        let Some(decoder) = &mut self.utf16 else { return };
        let room = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(4 * self.raw.len() + 16);
        let mut text = String::with_capacity(room);
        let (_, read, spoiled) = decoder.decode_to_string(&self.raw, &mut text, self.ended);
        self.damaged += u64::from(spoiled);
        self.raw.drain(..read);
        into.extend_from_slice(text.as_bytes());
    }

    pub(super) fn into_source(self) -> R {
        self.source
    }

    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) const fn damaged(&self) -> u64 {
        self.damaged
    }
}

fn read(source: &mut impl Read, raw: &mut Vec<u8>) -> Result<usize, TableError> {
    let before = raw.len();
    raw.resize(before + CHUNK, 0);
    let read = loop {
        match source.read(raw.get_mut(before..).unwrap_or_default()) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => break read,
        }
    };
    raw.truncate(before + read.as_ref().map_or(0, |read| *read));
    Ok(read?)
}

/// What people upload in place of a CSV.
fn kind(raw: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", "an Excel workbook or another ZIP archive"),
        (b"\xD0\xCF\x11\xE0", "an old Excel workbook"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"%PDF", "a PDF"),
        (b"<!DOCTYPE", "a web page"),
        (b"<html", "a web page"),
        (b"<?xml", "an XML document"),
    ];
    KINDS.iter().find(|(mark, _)| raw.starts_with(mark)).map(|(_, what)| *what)
}

/// The encoding, and how many bytes its mark has.
fn sniff(raw: &[u8]) -> (Encoding, usize) {
    match raw {
        [0xEF, 0xBB, 0xBF, ..] => return (Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => return (Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => return (Encoding::Utf16Be, 2),
        _ => {}
    }
    // Latin text in UTF-16 has a NUL in every pair, always on the same side.
    let pairs: Vec<&[u8]> = raw.chunks_exact(2).take(2_048).collect();
    let nul = |side: usize| pairs.iter().filter(|pair| pair.get(side) == Some(&0)).count();
    let (high_first, low_first) = (nul(0), nul(1));
    let most = pairs.len() * 6 / 10;
    if !pairs.is_empty() && low_first > most && high_first * 10 <= pairs.len() {
        (Encoding::Utf16Le, 0)
    } else if !pairs.is_empty() && high_first > most && low_first * 10 <= pairs.len() {
        (Encoding::Utf16Be, 0)
    } else {
        (Encoding::Utf8, 0)
    }
}
