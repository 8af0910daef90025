//! Snapshots as bytes: little-endian numbers behind a tag, with a checksum at the end.

use crate::error::Error;

/// Writes a snapshot.
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

/// Reads a snapshot; every read may find that there is nothing more.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

/// What a snapshot of a selector starts with; the digit is the version of the layout.
const MAGIC: &[u8; 8] = b"porisub1";

impl Writer {
    pub(crate) fn new(kind: &str) -> Self {
        let mut writer = Self { bytes: MAGIC.to_vec() };
        writer.text(kind);
        writer
    }

    pub(crate) fn u64(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    pub(crate) fn size(&mut self, number: usize) {
        self.u64(number as u64);
    }

    pub(crate) fn i64(&mut self, number: i64) {
        self.u64(number as u64);
    }

    pub(crate) fn f64(&mut self, number: f64) {
        self.u64(number.to_bits());
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        self.bytes.push(u8::from(flag));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.size(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn items(&mut self, items: &[u32]) {
        self.size(items.len());
        for item in items {
            self.bytes.extend_from_slice(&item.to_le_bytes());
        }
    }

    pub(crate) fn optional(&mut self, number: Option<f64>) {
        self.flag(number.is_some());
        self.f64(number.unwrap_or(0.0));
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        let sum = checksum(&self.bytes);
        self.u64(sum);
        self.bytes
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], kind: &str) -> Result<Self, Error> {
        let Some((body, sum)) = bytes.split_last_chunk::<8>() else {
            return Err(invalid("it is too short"));
        };
        if !body.starts_with(MAGIC) {
            return Err(invalid("it does not start as one of this version"));
        }
        if checksum(body) != u64::from_le_bytes(*sum) {
            return Err(invalid("its checksum does not fit"));
        }
        let mut reader = Self {
            bytes: &body[MAGIC.len()..],
        };
        let found = reader.text()?;
        if found != kind {
            return Err(Error::InvalidSnapshot {
                reason: format!("it is one of {found:?}, not of {kind:?}"),
            });
        }
        Ok(reader)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (head, rest) = self
            .bytes
            .split_first_chunk::<N>()
            .ok_or_else(|| invalid("it ends early"))?;
        self.bytes = rest;
        Ok(*head)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    pub(crate) fn size(&mut self) -> Result<usize, Error> {
        usize::try_from(self.u64()?).map_err(|_| invalid("a size does not fit this machine"))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Error> {
        Ok(self.u64()? as i64)
    }

    pub(crate) fn f64(&mut self) -> Result<f64, Error> {
        Ok(f64::from_bits(self.u64()?))
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        match self.take::<1>()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(invalid("a flag is neither 0 nor 1")),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, Error> {
        let length = self.size()?;
        if length > self.bytes.len() {
            return Err(invalid("it ends early"));
        }
        let (head, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        String::from_utf8(head.to_vec()).map_err(|_| invalid("a name is not UTF-8"))
    }

    /// Items below `n_items`.
    pub(crate) fn items(&mut self, n_items: usize) -> Result<Vec<u32>, Error> {
        let length = self.size()?;
        if length > self.bytes.len() / 4 {
            return Err(invalid("it ends early"));
        }
        let mut items = Vec::with_capacity(length);
        for _ in 0..length {
            let item = u32::from_le_bytes(self.take()?);
            if item as usize >= n_items {
                return Err(invalid("it names an item outside the ground set"));
            }
            items.push(item);
        }
        Ok(items)
    }

    pub(crate) fn optional(&mut self) -> Result<Option<f64>, Error> {
        let there = self.flag()?;
        let number = self.f64()?;
        Ok(there.then_some(number))
    }

    /// How many records of at least `bytes` bytes can still follow; refuses a count that promises more.
    pub(crate) fn count(&mut self, bytes: usize) -> Result<usize, Error> {
        let count = self.size()?;
        if count > self.bytes.len() / bytes.max(1) {
            return Err(invalid("it ends early"));
        }
        Ok(count)
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(invalid("it has more than it should"))
        }
    }
}

pub(crate) fn invalid(reason: &str) -> Error {
    Error::InvalidSnapshot {
        reason: reason.to_owned(),
    }
}

/// FNV-1a over eight bytes at a time: against truncation and accidents, not against malice.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = 0xCBF2_9CE4_8422_2325_u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x0100_0000_01B3);
        sum ^= sum >> 29;
    }
    sum ^ bytes.len() as u64
}

/// What a snapshot is of.
pub(crate) fn kind(bytes: &[u8]) -> Result<String, Error> {
    let body = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| invalid("it does not start as one of this version"))?;
    Reader { bytes: body }.text()
}
