//! The default alphabet of GSM 03.38 (3GPP TS 23.038, section 6.2.1) and its extension table.

/// Septets by ASCII code: 0 means not in the alphabet, 2 means behind an escape.
static ASCII: [u8; 128] = {
    let mut table = [0u8; 128];
    let mut code = 0x20;
    while code < 0x7F {
        table[code] = 1;
        code += 1;
    }
    table[b'\n' as usize] = 1;
    table[b'\r' as usize] = 1;
    table[b'`' as usize] = 0;
    let mut escaped = 0;
    let behind_escape = *b"\x0c^{}\\[~]|";
    while escaped < behind_escape.len() {
        table[behind_escape[escaped] as usize] = 2;
        escaped += 1;
    }
    table
};

/// How many septets a character takes: 1, or 2 behind an escape; `None` when only UCS-2 can carry it.
pub(super) fn septets(c: char) -> Option<u32> {
    if let Some(&septets) = ASCII.get(c as usize) {
        return (septets != 0).then_some(u32::from(septets));
    }
    match c {
        '€' => Some(2),
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Δ' | 'Φ' | 'Γ' | 'Λ'
        | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | 'Æ' | 'æ' | 'ß' | 'É' | '¤' | '¡' | 'Ä' | 'Ö' | 'Ñ' | 'Ü'
        | '§' | '¿' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' => Some(1),
        _ => None,
    }
}
