//! Which messages are worth a look by the small model: those in which somebody says something of
//! themselves. Costs microseconds, so that most messages cost no call; errs a little towards looking.

use kuma_agent::remember::one_line;

/// How much of a message is read, in characters. Who writes more pastes something.
const READ: usize = 2_000;
/// Longest thing that is kept as it was said, in characters.
const EXPLICIT_MAX: usize = 300;

/// Beginnings by which people ask to have something remembered. What follows is what is meant.
const REQUESTS: &[&str] = &[
    "remember that ",
    "remember this: ",
    "remember: ",
    "please remember that ",
    "please remember: ",
    "please remember this: ",
    "don't forget that ",
    "don\u{2019}t forget that ",
    "keep in mind that ",
    "for future reference: ",
    "for future reference, ",
    "merk dir, dass ",
    "merke dir, dass ",
    "merk dir: ",
    "merke dir: ",
    "bitte merk dir, dass ",
    "bitte merke dir, dass ",
    "souviens-toi que ",
    "retiens que ",
    "n'oublie pas que ",
    "recuerda que ",
    "no olvides que ",
    "ricorda che ",
    "ricordati che ",
    "lembre-se de que ",
    "lembre-se que ",
    "onthoud dat ",
    "запомни, что ",
    "помни, что ",
    "याद रखो कि ",
    "याद रखना कि ",
    "请记住",
    "記住",
    "记住",
    "覚えておいて：",
    "覚えておいて、",
    "覚えておいて:",
];

/// Words by which somebody speaks of themselves in English.
const I: &str = "i i'm im i've i'd i'll my mine we we're we've our me myself";

/// Words of lives, beside those: what somebody is, has, does, likes.
const LIFE: &str = "am i'm im we're was born live lives living moved moving relocated from work works working job boss \
    company startup colleague team retired study studying student university school degree have has i've own \
    bought drive married engaged divorced single wife husband partner girlfriend boyfriend fiance son sons \
    daughter daughters kid kids child children baby pregnant mother mom mum father dad parents brother sister \
    grandmother grandfather uncle aunt cousin family friend dog cat pet name call birthday anniversary age \
    years prefer like love hate dislike enjoy favorite favourite allergic allergy vegetarian vegan diabetic \
    diagnosed asthma celiac coeliac religion always never usually every speak learning play train training \
    running marathon hobby planning plan trip wedding visiting interview house apartment flat car bike \
    timezone address hometown country language use";

/// Words that a sentence begins with that asks for something.
const ASKS: &str = "can could would will should shall may what what's how why when where who which is are do does did please \
    write help give show make create explain translate summarize summarise fix find list tell rewrite \
    generate draft compare calculate convert debug suggest recommend let's lets";

/// Words by which somebody speaks of themselves in other languages, none of them a word of English: German, French, Spanish,
/// Portuguese, Italian, Dutch, Polish, the Scandinavian ones, Russian, Ukrainian, Turkish, Indonesian, Vietnamese, Hindi,
/// Bengali, Tamil, Telugu, Arabic, Hebrew, Korean.
const I_ELSEWHERE: &str = "ich mein meine meinen meinem meiner wir unser unsere mir mich je j'ai j'habite j'aime moi notre nous \
    yo soy tengo vivo trabajo nací nuestro nuestra llamo gusta meu minha moro tenho sou trabalho nasci \
    sono mio mia abito lavoro nato nata chiamo ik mijn wij onze jestem mieszkam mój moja moje jag \
    mitt mina bor jeg я мой моя моё мои меня мне живу мы наш мене мені мій benim adım yaşıyorum \
    çalışıyorum saya aku tôi mình मैं मेरा मेरी मेरे मुझे हम हमारा আমি আমার நான் என் నేను నా أنا انا اسمي \
    عندي لدي אני שלי 저는 나는 제가 내가 제 저의 나의";

/// The same where words are not set apart.
const I_UNSPACED: &[&str] = &["我", "私", "僕", "俺", "わたし", "ฉัน", "ผม"];

/// Whether a model should look at the message.
pub(super) fn is_worth_a_look(message: &str) -> bool {
    explicit(message).is_some() || sentences(message).iter().any(|sentence| tells_of_self(sentence))
}

/// What the message asks in so many words to have remembered, as it was said.
pub(super) fn explicit(message: &str) -> Option<String> {
    let text = message.trim();
    let meant = REQUESTS.iter().find_map(|request| {
        let (head, rest) = text.split_at_checked(request.len())?;
        (head.to_lowercase() == *request).then_some(rest)
    })?;
    let said = one_line(meant.trim_start_matches([':', '：', ',', '，', ' ']));
    let length = said.chars().count();
    let enough = said.split_whitespace().count() >= 3 || !said.is_ascii() && length >= 4;
    let question = said.ends_with(['?', '？']);
    (enough && !question && length <= EXPLICIT_MAX && !meant.contains("```")).then(|| {
        let mut letters = said.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("The user said: \u{201c}{first}{}\u{201d}", letters.as_str())
    })
}

/// The sentences that state something: without code, quotations, and questions.
fn sentences(message: &str) -> Vec<String> {
    let head: String = message.chars().take(READ).collect();
    let mut sentences = Vec::new();
    let mut in_code = false;
    for line in head.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code || line.trim_start().starts_with('>') {
            continue;
        }
        let mut sentence = String::new();
        for letter in line.chars() {
            sentence.push(letter);
            if matches!(letter, '.' | '!' | '?' | ';' | '。' | '！' | '？' | '।') {
                sentences.push(std::mem::take(&mut sentence));
            }
        }
        sentences.push(sentence);
    }
    sentences.into_iter().filter_map(|sentence| stated(&sentence)).collect()
}

/// What a sentence states: all of it, or what stands before the question in it (`I'm vegan, what can I eat?`).
fn stated(sentence: &str) -> Option<String> {
    let sentence = sentence.trim();
    let stated = if sentence.ends_with(['?', '？']) {
        sentence.rsplit_once([',', '，', '、']).map_or("", |(before, _)| before)
    } else {
        sentence
    };
    (!stated.is_empty()).then(|| stated.to_owned())
}

fn tells_of_self(sentence: &str) -> bool {
    let lower = sentence.to_lowercase().replace('\u{2019}', "'");
    if I_UNSPACED.iter().any(|word| lower.contains(word)) {
        return true;
    }
    let words: Vec<&str> = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '\'' || is_sign(c)))
        .filter(|word| !word.is_empty())
        .collect();
    if words.iter().any(|word| is_in(I_ELSEWHERE, word)) {
        return true;
    }
    // "my wife", "I moved": both, and nobody is asked for anything.
    let asks = words.first().is_some_and(|first| is_in(ASKS, first));
    let of_self = words.iter().any(|word| is_in(I, word));
    let of_life = words.iter().any(|word| is_in(LIFE, word.trim_end_matches("'s")));
    if !of_self || !of_life || asks && words.first() != Some(&"please") {
        return false;
    }
    !only_wants(&words)
}

/// `I have a question`, `I want you to …`, `I am looking for …`: what is wanted now, nothing that lasts.
fn only_wants(words: &[&str]) -> bool {
    const OPENINGS: &[&[&str]] = &[
        &["i", "have", "a", "question"],
        &["i", "have", "an", "error"],
        &["i", "have", "this"],
        &["i", "have", "to", "write"],
        &["i", "want", "you"],
        &["i", "need", "you"],
        &["i", "would", "like", "you"],
        &["i'd", "like", "you"],
        &["i", "would", "like", "to", "know"],
        &["i'd", "like", "to", "know"],
        &["i", "am", "looking", "for"],
        &["i'm", "looking", "for"],
        &["i", "am", "trying", "to"],
        &["i'm", "trying", "to"],
        &["i", "am", "getting"],
        &["i'm", "getting"],
        &["i", "was", "wondering"],
    ];
    OPENINGS.iter().any(|opening| words.starts_with(opening))
}

/// Whether the word is one of a list.
fn is_in(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

/// Vowel signs of Indic scripts and of Thai, which are parts of words and no letters.
fn is_sign(letter: char) -> bool {
    matches!(letter, '\u{900}'..='\u{97f}' | '\u{980}'..='\u{9ff}' | '\u{b80}'..='\u{bff}' | '\u{c00}'..='\u{c7f}' | '\u{e00}'..='\u{e7f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_tells_of_themselves_is_heard() {
        for message in [
            "My birthday is August 3rd",
            "I moved from Pune to Delhi last month.",
            "I'm vegetarian, what can I cook tonight?",
            "Call me Max from now on. What's the weather?",
            "my wife Anna is allergic to nuts",
            "Plan a trip. We have two kids, 4 and 7.",
            "I prefer short answers.",
            "Ich wohne in Köln.",
            "J'ai deux chats",
            "Vivo en Sevilla",
            "Меня зовут Анна",
            "मैं दिल्ली में रहता हूँ",
            "我住在上海",
            "私は東京に住んでいます",
            "저는 서울에 살아요",
            "Remember that the gate is at the back of the house",
        ] {
            assert!(is_worth_a_look(message), "{message}");
        }
    }

    #[test]
    fn most_messages_cost_no_call() {
        for message in [
            "hello",
            "What is the capital of France?",
            "Write a poem about bears",
            "Can you explain how my code works?",
            "Explain monads to me",
            "Translate to German: I love you",
            "I want you to act as a Linux terminal.",
            "I have a question about Rust lifetimes",
            "I'm trying to compile this and it fails",
            "```\nmy name is code\n```",
            "> I live in Paris\nwho wrote this?",
            "Do I have to restart the server?",
            "Thanks!",
            "fix the bug in main.rs",
            "Compare React and Svelte for a small team",
            "go on",
            "こんにちは",
        ] {
            assert!(!is_worth_a_look(message), "{message}");
        }
    }

    #[test]
    fn what_is_to_be_remembered_is_kept_as_it_was_said() {
        for (message, kept) in [
            ("Remember that my birthday is August 3rd", Some("The user said: “My birthday is August 3rd”")),
            ("please remember: we meet on Mondays.", Some("The user said: “We meet on Mondays.”")),
            ("Merk dir, dass ich Nüsse nicht vertrage", Some("The user said: “Ich Nüsse nicht vertrage”")),
            ("请记住：我住在上海", Some("The user said: “我住在上海”")),
            ("remember to call mum", None),
            ("Do you remember that film?", None),
            ("Remember that?", None),
            ("remember that we talked about what, again?", None),
        ] {
            assert_eq!(explicit(message).as_deref(), kept, "{message}");
        }
    }

    proptest! {
        #[test]
        fn any_message_can_be_judged(message in "\\PC{0,300}") {
            let worth = is_worth_a_look(&message);
            prop_assert!(explicit(&message).is_none() || worth);
        }
    }
}
