//! What is seen as a secret, and what is not.

use super::*;
use proptest::prelude::*;

#[test]
fn secrets_are_seen() {
    for text in [
        "My card is 4111 1111 1111 1111, expires 12/27",
        "4111-1111-1111-1111",
        "Amex 378282246310005",
        "karta ５５５５５５５５５５５５４４４４",
        "the key is sk-proj-abcdefghij0123456789",
        "token=ghp_0123456789abcdefABCDEF0123456789abcd",
        "Remember that my password is hunter2.",
        "Mein Passwort ist Sonne!23",
        "PIN: 4711",
        "the pin code for the gate is 0815",
        "my api key: abc123def",
        "wifi password \"Tr0ub4dor&3\"",
        "我的密码是 hunter22",
        "パスワードはabc123です",
        "IBAN DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "SSN 078-05-1120",
        "postgres://kuma:geheim@db.example/kuma",
        "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdef",
        "aZ3kP9qL7xV2mN8rT4wY1s",
        "password: correcthorse",
        "{\"dbPassword\":\"correcthorse\"}",
        "export DB_PASSWORD=hunter2",
        "https://api.example/v1?api_key=abc123&page=2",
        "Authorization: Bearer abcdefghijk",
    ] {
        assert!(found(text), "{text}");
        let safe = redact(text);
        assert!(safe.contains("[secret]") && !found(&safe), "{safe}");
    }
}

#[test]
fn lives_are_no_secrets() {
    for text in [
        "The user was born on 3 August 1990 in Pune.",
        "The user's phone number is +49 170 1234567.",
        "The user lives at 221B Baker Street, London NW1 6XE.",
        "The user forgot their password and was annoyed.",
        "The user runs a server with 128 GB of memory and 2 TB of disk.",
        "The user's order number is 1234567890123456.",
        "The user works with PostgreSQL, pgvector and TypeScript at https://example.com/about-us-2024.",
        "用户出生于1990年8月3日。",
        "The user's flight is LH760 on 12 December 2026.",
        "The user's dog is called Pin.",
        "The user carried the torch as its bearer in 2012, with an authorization from 2011.",
        "The user's secret: garlic in everything.",
    ] {
        assert!(
            !found(text),
            "{text}: {:?}",
            spans(text).iter().map(|span| &text[span.clone()]).collect::<Vec<_>>()
        );
    }
}

/// Appends the check digit.
fn card(mut digits: Vec<u8>) -> String {
    let check = (0..10).find(|digit| {
        let mut whole = digits.clone();
        whole.push(*digit);
        luhn(&whole)
    });
    digits.push(check.unwrap());
    digits.iter().map(ToString::to_string).collect()
}

fn any_card() -> impl Strategy<Value = String> {
    let rest = |first: Vec<u8>, length: usize| {
        prop::collection::vec(0_u8..10, length).prop_map(move |rest| card([first.clone(), rest].concat()))
    };
    prop_oneof![rest(vec![4], 14), rest(vec![5, 2], 13), rest(vec![3, 7], 12), rest(vec![6, 0], 13)]
}

proptest! {
    #[test]
    fn no_card_passes_however_it_is_written(
        card in any_card(),
        groups in prop::collection::vec(1_usize..6, 1..8),
        separator in prop::sample::select(vec!["", " ", "-", ".", "\u{a0}", " - "]),
        before in "[a-zA-Z ,:]{0,20}",
        after in "[a-zA-Z ,:]{0,20}",
    ) {
        let mut written = String::new();
        let mut rest = card.as_str();
        for group in groups.iter().cycle() {
            let (head, tail) = rest.split_at((*group).min(rest.len()));
            written.push_str(head);
            rest = tail;
            if rest.is_empty() { break; }
            // Two signs are the widest gap that is still one number.
            written.push_str(if separator.chars().count() > 2 { "-" } else { separator });
        }
        let text = format!("{before}{written}{after}");
        prop_assert!(found(&text), "{}", text);
        prop_assert!(!redact(&text).contains(&written));
    }

    #[test]
    fn no_named_password_passes(
        name in prop::sample::select(NAMES.to_vec()),
        word in prop::sample::select(vec![" is ", ": ", " = ", " ist ", "は", "是 "]),
        value in "[a-z]{2,6}[0-9]{1,4}[a-z]{0,4}",
    ) {
        let text = format!("By the way {name}{word}{value} ok");
        // Latin names do not run into the next word.
        prop_assume!(name.chars().all(is_unspaced) || word.is_ascii());
        prop_assert!(!redact(&text).contains(&value), "{}", text);
    }

    #[test]
    fn any_text_can_be_redacted(text in "\\PC{0,120}") {
        let safe = redact(&text);
        prop_assert!(spans(&text).iter().all(|span| text.get(span.clone()).is_some()));
        prop_assert!(safe == text || safe.contains("[secret]"));
    }
}
