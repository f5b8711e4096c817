//! Mails: who, when and about what; the body; the attached files, listed and, when they are of a known kind, read.

use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};

use super::{dispatch, html, text};
use crate::error::ParseError;
use crate::kind::Kind;
use crate::model::{Block, BlockKind};
use crate::output::{Output, heading, one_line, paragraph};

pub(super) fn read(bytes: &[u8], output: &mut Output<'_>, depth: u32) -> Result<(), ParseError> {
    let message = MessageParser::default()
        .parse(bytes)
        .ok_or_else(|| ParseError::damaged(Kind::Email, "it has no readable header"))?;
    message_pages(&message, output, depth)
}

fn message_pages(message: &Message<'_>, output: &mut Output<'_>, depth: u32) -> Result<(), ParseError> {
    let mut blocks = head(message);
    output.title(message.subject().map(str::to_owned));
    blocks.extend(body(message));
    let attachments: Vec<_> = message.attachments().filter(|part| !is_body(message, part)).collect();
    if !attachments.is_empty() {
        blocks.push(heading(2, "Attachments"));
        for part in &attachments {
            let name = name_of(part);
            let text = format!("{name} ({})", size(part.len()));
            blocks.push(Block::new(BlockKind::ListItem { depth: 0 }, text));
        }
    }
    output.whole(blocks)?;
    for (index, part) in attachments.iter().enumerate() {
        let name = name_of(part);
        if index as u32 >= output.limits.attachments {
            output.warn(format!("Of {} attached files only the first {index} were read.", attachments.len()));
            break;
        }
        if depth >= output.limits.mail_depth {
            output.warn("Files attached to mails inside mails inside mails were not read.");
            break;
        }
        let label = match output.attachment() {
            Some(outer) => format!("{outer} › {name}"),
            None => name.clone(),
        };
        output.within(label, |output| attachment(part, &name, output, depth + 1))?;
    }
    Ok(())
}

/// Reads one attached file. A file that cannot be read is a warning; a limit of the whole mail is an error.
fn attachment(
    part: &mail_parser::MessagePart<'_>,
    name: &str,
    output: &mut Output<'_>,
    depth: u32,
) -> Result<(), ParseError> {
    let result = match &part.body {
        PartType::Message(message) => message_pages(message, output, depth),
        PartType::Multipart(_) => Ok(()),
        _ => {
            let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_owned());
            dispatch(part.contents().to_vec(), extension.as_deref(), output, depth).map(|_| ())
        }
    };
    match result {
        Err(
            limit @ (ParseError::TooManyPages { .. }
            | ParseError::TooMuchText { .. }
            | ParseError::TooBigUnpacked { .. }
            | ParseError::Internal { .. }),
        ) => Err(limit),
        Err(other) => {
            output.warn(other.to_string());
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn is_body(message: &Message<'_>, part: &mail_parser::MessagePart<'_>) -> bool {
    part.attachment_name().is_none()
        && (message.text_bodies().any(|body| std::ptr::eq(body, part))
            || message.html_bodies().any(|body| std::ptr::eq(body, part)))
}

fn head(message: &Message<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(subject) = message.subject().map(one_line).filter(|subject| !subject.is_empty()) {
        blocks.push(heading(1, subject));
    }
    let mut lines = Vec::new();
    let addresses = [("From", message.from()), ("To", message.to()), ("Cc", message.cc())];
    for (label, address) in addresses {
        if let Some(people) = address.map(people).filter(|people| !people.is_empty()) {
            lines.push(format!("{label}: {people}"));
        }
    }
    if let Some(date) = message.date() {
        lines.push(format!("Date: {}", date.to_rfc3339()));
    }
    if !lines.is_empty() {
        blocks.push(paragraph(lines.join("\n")));
    }
    blocks
}

fn people(address: &Address<'_>) -> String {
    let people: Vec<String> = address
        .iter()
        .take(50)
        .filter_map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => Some(format!("{} <{address}>", one_line(name))),
            (name, address) => address.or(name).map(str::to_owned),
        })
        .collect();
    people.join(", ")
}

/// The web page of the mail when there is one (it has the structure), else its text.
fn body(message: &Message<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in message.html_bodies() {
        match &part.body {
            PartType::Html(page) => blocks.extend(html::blocks(page).blocks),
            PartType::Text(body) => blocks.extend(text::paragraphs(&body.replace("\r\n", "\n"))),
            _ => {}
        }
    }
    blocks
}

fn name_of(part: &mail_parser::MessagePart<'_>) -> String {
    let named = part.attachment_name().map(one_line).filter(|name| !name.is_empty());
    named.unwrap_or_else(|| match &part.body {
        PartType::Message(message) => message.subject().map_or_else(|| "mail.eml".to_owned(), one_line),
        _ => part.content_type().map_or_else(
            || "file".to_owned(),
            |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("unknown")),
        ),
    })
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
