//! Which characters are only decoration, and the few that say something.

/// What a character that is neither letter nor digit says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Not there at all: zero-width, bidi control, variation selector, skin tone, control character.
    Nothing,
    /// Parts words.
    Space,
    /// Parts lines, and so sentences.
    Line,
    /// Joins the parts of one expression: a hyphen.
    Joiner,
    /// Joins or parts, as the language will have it.
    Apostrophe,
    /// A double quotation mark.
    Quote,
    /// Parts clauses.
    Comma,
    /// Ends a sentence.
    Stop,
    /// Ends a question.
    Question,
    /// Any other mark: parts words.
    Mark,
    /// An emoji that goes with a yes.
    Agreeing,
    /// An emoji of laughter: what it follows is not meant.
    Laughing,
    /// A stop sign and its like.
    Stopping,
    /// An emoji that turns somebody away.
    Refusing,
    /// Any other emoji or symbol.
    Picture,
}

/// Sorts a character that is neither letter nor digit.
pub(crate) fn sign(c: char) -> Sign {
    match c {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Sign::Line,
        c if c.is_whitespace() => Sign::Space,
        c if c.is_control() || invisible(c) => Sign::Nothing,
        '\'' | '’' | '‘' | '‛' | '`' | '´' | '′' => Sign::Apostrophe,
        '-' | '‐'..='–' | '−' => Sign::Joiner,
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '「' | '」' => Sign::Quote,
        ',' | '、' | '،' | '—' | '―' | '(' | ')' | '[' | ']' => Sign::Comma,
        '.' | '!' | ';' | ':' | '…' | '。' | '¡' | '‼' | '·' => Sign::Stop,
        '?' | '¿' | '؟' | '⁇' | '‽' => Sign::Question,
        '👍' | '👌' | '✅' | '✔' | '☑' | '🙏' | '😊' | '🙂' | '☺' | '😀' | '😃' | '😄' | '😁' | '😍'
        | '🥰' | '❤' | '💕' | '🎉' | '🥳' | '🤗' | '💯' | '🙌' | '👏' => Sign::Agreeing,
        '😂' | '🤣' | '😆' | '😅' | '😹' | '😜' | '🤪' => Sign::Laughing,
        '🛑' | '⛔' | '🚫' | '📵' => Sign::Stopping,
        '🖕' | '🙅' | '🔕' | '🤬' | '✋' => Sign::Refusing,
        c if u32::from(c) >= 0x2190 && !matches!(u32::from(c), 0x2e00..=0x33ff | 0xfe10..=0xffef) => {
            Sign::Picture
        }
        _ => Sign::Mark,
    }
}

/// Default-ignorable characters and those that only shape or direct their neighbours.
pub(crate) fn invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x206f | 0x20d0..=0x20ff | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0
        | 0xfff9..=0xfffb | 0x1f3fb..=0x1f3ff | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// Letters that decomposition leaves alone and that a reader takes for plain ones.
pub(crate) fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

/// Letters of another script that look like a Latin one, for reading a disguised stop word.
pub(crate) fn look_alike(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'е' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'п' | 'ո' | 'η' => 'n',
        'о' | 'ο' | '0' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' | '5' | '$' => 's',
        'т' | 'τ' | 'ᴛ' => 't',
        'υ' | 'ս' => 'u',
        'ꜱ' => 's',
        'ᴏ' => 'o',
        'ᴘ' => 'p',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        _ => return None,
    })
}
