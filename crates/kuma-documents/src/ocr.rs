//! Text recognition by tesseract, a program of its own: found on the server, given plain grey pixels, kept in walls like
//! the parsers.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::model::{Block, BlockKind, Line, Rect};
use crate::output::Picture;

/// Words of which tesseract is less sure (in percent) are mostly specks and pieces of drawings.
const MIN_CONFIDENCE: f32 = 25.0;
/// Bytes of the answer for one picture.
const MAX_ANSWER: u64 = 16 << 20;

/// An installed tesseract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ocr {
    /// The program.
    pub program: PathBuf,
    /// The languages it looks for, as it names them: `eng`, `eng+deu`.
    pub languages: String,
}

impl Ocr {
    /// The tesseract on this server with the languages that are installed for it (English first), if there is one.
    pub async fn find() -> Option<Self> {
        let paths = std::env::var_os("PATH")?;
        let program = std::env::split_paths(&paths)
            .map(|folder| folder.join("tesseract"))
            .find(|path| path.is_file())?;
        let listed = Command::new(&program).arg("--list-langs").stdin(Stdio::null()).output().await.ok()?;
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        let mut languages: Vec<&str> =
            text.lines().skip(1).map(str::trim).filter(|name| !name.is_empty() && *name != "osd").collect();
        languages.sort_by_key(|name| *name != "eng");
        // Each language more makes every page slower.
        languages.truncate(4);
        (!languages.is_empty()).then(|| Self { program, languages: languages.join("+") })
    }

    /// What the program is called with: picture on its input, words with their boxes on its output.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let words = ["stdin", "stdout", "-l", &self.languages, "--dpi", "200", "-c", "tessedit_create_tsv=1"];
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// What it must be able to read: itself, libraries, its data.
    pub(crate) fn readable(&self) -> Vec<String> {
        let own = self.program.parent().map(Path::to_path_buf);
        let data = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
        let system = [
            "/usr",
            "/lib",
            "/lib64",
            "/bin",
            "/etc",
            "/opt/homebrew",
            "/nix/store",
            "/dev/null",
            "/proc/self",
        ];
        system
            .iter()
            .map(PathBuf::from)
            .chain(own)
            .chain(data)
            .filter_map(|path| path.to_str().map(str::to_owned))
            .collect()
    }
}

/// Runs the prepared command on a picture. The answer's boxes are in points of a page that is `page_width` wide.
pub(crate) async fn recognise(
    mut command: Command,
    picture: &Picture,
    page_width: f32,
) -> Result<Vec<Block>, String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child =
        command.spawn().map_err(|error| format!("text recognition could not be started: {error}"))?;
    let (Some(mut stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err("text recognition has no pipes".to_owned());
    };
    let give = async move {
        let head = format!("P5\n{} {}\n255\n", picture.width, picture.height);
        stdin.write_all(head.as_bytes()).await?;
        stdin.write_all(&picture.grey).await?;
        stdin.shutdown().await
    };
    let (mut answer, mut complaint) = (String::new(), Vec::new());
    let mut stdout = stdout.take(MAX_ANSWER);
    let mut stderr = stderr.take(4_096);
    let (given, taken, _) =
        tokio::join!(give, stdout.read_to_string(&mut answer), stderr.read_to_end(&mut complaint));
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if !status.success() {
        let complaint = String::from_utf8_lossy(&complaint);
        let line = complaint.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given");
        return Err(format!("tesseract ended with {status}: {line}"));
    }
    taken.map_err(|error| format!("tesseract's answer is not text: {error}"))?;
    given.map_err(|error| format!("tesseract did not take the picture: {error}"))?;
    Ok(blocks(&answer, page_width / picture.width.max(1) as f32))
}

/// Tesseract's table of words into paragraphs; `scale` is points per pixel.
fn blocks(answer: &str, scale: f32) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut paragraph = None;
    let mut line = None;
    for row in answer.lines() {
        let Some(word) = Word::of(row) else { continue };
        if paragraph != Some(word.paragraph) || blocks.is_empty() {
            paragraph = Some(word.paragraph);
            line = None;
            blocks.push(Block::new(BlockKind::Paragraph, String::new()));
        }
        let Some(block) = blocks.last_mut() else { continue };
        if !block.text.is_empty() {
            block.text.push(' ');
        }
        let start = block.text.len();
        block.text.push_str(word.text);
        let end = block.text.len();
        let [x, y, width, height] = word.pixels.map(|value| (value * scale * 10.0).round() / 10.0);
        let rect = Rect { x, y, width, height };
        match block.lines.last_mut() {
            Some(last) if line == Some(word.line) => {
                last.end = end;
                last.rect = last.rect.union(rect);
            }
            _ => block.lines.push(Line { start, end, rect }),
        }
        line = Some(word.line);
    }
    blocks
}

struct Word<'a> {
    paragraph: (u32, u32),
    line: u32,
    pixels: [f32; 4],
    text: &'a str,
}

impl<'a> Word<'a> {
    /// A row is: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
    fn of(row: &'a str) -> Option<Self> {
        let mut cells = row.splitn(12, '\t');
        let level = cells.next()?;
        let _page = cells.next()?;
        let mut number = || cells.next()?.parse::<u32>().ok();
        let (block, paragraph, line, _word) = (number()?, number()?, number()?, number()?);
        let pixels = [number()? as f32, number()? as f32, number()? as f32, number()? as f32];
        let confidence: f32 = cells.next()?.parse().ok()?;
        let text = cells.next()?.trim();
        (level == "5" && confidence >= MIN_CONFIDENCE && !text.is_empty()).then_some(Self {
            paragraph: (block, paragraph),
            line,
            pixels,
            text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_paragraphs_with_their_lines() {
        let answer = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                      1\t1\t0\t0\t0\t0\t0\t0\t100\t100\t-1\t\n\
                      5\t1\t1\t1\t1\t1\t10\t20\t30\t10\t96.1\tHello\n\
                      5\t1\t1\t1\t1\t2\t50\t20\t30\t10\t91.0\tworld\n\
                      5\t1\t1\t1\t2\t1\t10\t40\t30\t10\t90\tagain\n\
                      5\t1\t1\t1\t2\t2\t90\t40\t3\t3\t4\t~\n\
                      5\t1\t2\t1\t1\t1\t10\t80\t30\t10\t90\tEnd\n";
        let found = blocks(answer, 0.5);
        assert_eq!(
            found.iter().map(|block| block.text.as_str()).collect::<Vec<_>>(),
            ["Hello world again", "End"]
        );
        let line = found[0].lines[0];
        assert_eq!((line.start, line.end), (0, 11));
        assert_eq!(line.rect, Rect { x: 5.0, y: 10.0, width: 35.0, height: 5.0 });
        assert_eq!(found[0].lines.len(), 2);
    }
}
