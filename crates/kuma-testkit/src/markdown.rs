//! Texts that try a renderer.

/// Every kind of Markdown that an answer may hold.
pub(crate) const RICH: &str = r#"# A tour of Markdown

Some *emphasis*, some **strong words**, `inline code`, ~~a mistake~~ and [a link](https://example.com/).

## Lists

1. First
2. Second
   - nested with **bold**
   - and another
3. Third

- [x] done
- [ ] not done

## Code

```rust
fn main() {
    let greeting = "Hello, bear!";
    println!("{greeting}");
}
```

```python
def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)
```

## A table

| Bear   | Weight (kg) | Sleeps in winter |
|:-------|------------:|:----------------:|
| Brown  |         300 |       yes        |
| Polar  |         450 |        no        |
| Sun    |          50 |        no        |

## Maths

Inline $e^{i\pi} + 1 = 0$, and on its own:

$$
\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}
$$

## A diagram

```mermaid
flowchart LR
  A[Question] --> B{Known?}
  B -- yes --> C[Answer]
  B -- no --> D[Search]
  D --> C
```

> A quotation, over
> two lines.

---

That is all. <script>alert("not run")</script>
"#;

/// Characters of two, three and four bytes, joined emoji, and text from right to left.
pub(crate) const SCRIPTS: &str = "Grüße aus Köln, čeština, Ελληνικά, русский, עברית, العربية, हिन्दी, 日本語, 中文, \
한국어, ไทย, 🐻 👩‍💻 🇪🇺, and e\u{301} made of two. Done: ✓";
