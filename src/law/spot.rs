//! Where an entry stands in its file, so that a refusal can name the line.

use std::sync::Arc;

use super::{RulebookError, load::Refusal};

/// A rule file as it was read.
#[derive(Debug)]
pub(super) struct Source {
    name: String,
    text: String,
}

/// A place in a rule file.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    file: Arc<Source>,
    /// The line of the entry's header, counted from 0; `None`: somewhere in the file.
    header: Option<usize>,
}

impl Source {
    pub(super) fn new(name: &str, text: &str) -> Arc<Self> {
        Arc::new(Self { name: name.to_owned(), text: text.to_owned() })
    }

    /// The places of this file's entries under `[[kind]]`; of unknown line where they are written otherwise.
    pub(super) fn entries(self: &Arc<Self>, kind: &str, count: usize) -> impl Iterator<Item = Spot> {
        let is_header = |line: &str| header(line).is_some_and(|name| name == kind);
        let lines = self.text.lines().enumerate().filter(|(_, line)| is_header(line));
        let mut headers: Vec<_> = lines.map(|(at, _)| Some(at)).collect();
        if headers.len() != count {
            headers = vec![None; count];
        }
        let file = Arc::clone(self);
        headers.into_iter().map(move |header| Spot { file: Arc::clone(&file), header })
    }

    /// The file as a whole.
    pub(super) fn whole(self: &Arc<Self>) -> Spot {
        Spot { file: Arc::clone(self), header: None }
    }
}

/// The name in a line such as `[[rule]]`.
fn header(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("[[")?.split_once("]]").map(|(name, _)| name.trim())
}

impl Spot {
    /// Whether it is in this very file.
    pub(super) fn is_of(&self, file: &Arc<Source>) -> bool {
        Arc::ptr_eq(&self.file, file)
    }

    pub(super) fn refuse(&self, entry: &str, (field, reason): Refusal) -> RulebookError {
        RulebookError {
            file: self.file.name.clone(),
            line: self.line_of(field, &reason).or(self.header).map(|line| line + 1),
            entry: entry.to_owned(),
            field: field.to_owned(),
            reason,
        }
    }

    /// The line of a field's key, or of the value that the reason quotes, below it if the field spans lines.
    fn line_of(&self, field: &str, reason: &str) -> Option<usize> {
        let lines = self.lines();
        let quoted = reason.split('`').nth(1).map(|value| format!("\"{value}\""));
        let has = |line: &str| quoted.as_ref().is_some_and(|value| line.contains(value.as_str()));
        let found = |has: fn(&str, &str) -> bool| -> Vec<usize> {
            (0..).zip(&lines).filter(|(_, (_, line))| has(line, field)).map(|(at, _)| at).collect()
        };
        let own = found(has_own_key);
        let keys = if own.is_empty() { found(has_inner_key) } else { own };
        // The key and what it holds, up to the next key or table.
        let span = |key: usize| {
            let below = lines.iter().skip(key + 1).take_while(|(_, line)| !begins(line));
            lines.get(key).into_iter().chain(below)
        };
        let in_span = keys.iter().find_map(|&key| span(key).find(|(_, line)| has(line)));
        let at_key = || keys.first().and_then(|&key| lines.get(key));
        let anywhere = || lines.iter().find(|(_, line)| has(line));
        // Of no entry, any key of that name may be meant: the value tells better.
        let of_none = || if self.header.is_none() { anywhere() } else { None };
        in_span.or_else(of_none).or_else(at_key).or_else(anywhere).map(|(at, _)| *at)
    }

    /// The lines of the entry, numbered from 0.
    fn lines(&self) -> Vec<(usize, &str)> {
        let all = self.file.text.lines().enumerate();
        match self.header {
            None => all.collect(),
            Some(first) => {
                let is_next = |line: &str| header(line).is_some_and(|name| !name.contains('.'));
                let body = all.skip(first).enumerate();
                body.take_while(|&(nth, (_, line))| nth == 0 || !is_next(line))
                    .map(|(_, line)| line)
                    .collect()
            }
        }
    }
}

/// Whether a line begins with this field, as `field = …` or `[rule.field]`.
fn has_own_key(line: &str, field: &str) -> bool {
    let line = line.trim_start();
    if let Some(table) = line.strip_prefix('[') {
        let name = table.trim_start_matches('[').split(']').next().unwrap_or_default();
        return name.rsplit('.').next().is_some_and(|last| last.trim() == field);
    }
    line.strip_prefix(field).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Whether a line holds it inside `{ field = … }`.
fn has_inner_key(line: &str, field: &str) -> bool {
    line.match_indices(field).any(|(at, _)| {
        let (before, after) = line.split_at(at);
        let after = after.strip_prefix(field).unwrap_or_default();
        before.trim_end().ends_with(['{', ',']) && after.trim_start().starts_with('=')
    })
}

/// Whether a line begins a key of its own or a table.
fn begins(line: &str) -> bool {
    let line = line.trim_start();
    let key = line.split_once('=').map(|(key, _)| key.trim());
    let plain = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    line.starts_with('[') || key.is_some_and(plain)
}
