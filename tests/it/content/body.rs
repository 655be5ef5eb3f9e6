use optin::message::{Body, BodyError, Channel, Counting};

#[test]
fn a_body_is_what_was_given_and_hides_it() {
    let body = Body::new("abc").unwrap();
    assert_eq!((body.as_str(), format!("{body:?}")), ("abc", "Body(3 bytes)".to_owned()));
    assert_eq!(body.segments(Counting::Standard).units, 3);
}

/// The vector of FIPS 180-4 for "abc".
#[test]
fn the_digest_is_sha_256() {
    let hex: String = Body::new("abc").unwrap().digest().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn a_body_has_something_to_read_and_no_controls() {
    assert_eq!(Body::new(" \n\t"), Err(BodyError::Blank));
    assert_eq!(Body::new("é\u{0}"), Err(BodyError::ControlCharacter { at: 2 }));
    assert!(Body::new("two\r\nlines").is_ok());
}

#[test]
fn a_channel_has_its_spelling() {
    assert_eq!(Channel::from_code("sms"), Some(Channel::Sms));
}
