//! Values that need more than a number or a word.

use anyhow::bail;
use kuma_server::limits::Rate;

use super::source::Values;

pub(super) fn database(name: &str, url: &str) -> anyhow::Result<()> {
    let known = ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    if !known {
        // The address may hold a password: only its beginning is told.
        let scheme = url.split("://").next().unwrap_or_default();
        bail!("{name} begins with {scheme:?}; allowed are sqlite://… and postgres://…");
    }
    Ok(())
}

pub(super) fn networks(values: &mut Values, name: &str) -> anyhow::Result<Vec<ipnet::IpNet>> {
    let text = values.text(name, "");
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items
        .map(|item| {
            let network = item.parse().or_else(|_| item.parse::<std::net::IpAddr>().map(ipnet::IpNet::from));
            network.map_err(|_| {
                anyhow::anyhow!("{name} has {item:?}; allowed are addresses and networks, such as 10.0.0.0/8")
            })
        })
        .collect()
}

pub(super) fn model(values: &mut Values, name: &str) -> anyhow::Result<Option<String>> {
    let model = values.optional(name);
    if let Some(id) = &model
        && !id.split_once('/').is_some_and(|(provider, model)| !provider.is_empty() && !model.is_empty())
    {
        bail!("{name} is {id:?}; allowed is provider/model, such as openai/gpt-5.4");
    }
    Ok(model)
}

/// An address that strangers are told. It is sent within the brackets of a header.
pub(super) fn contact(
    values: &mut Values,
    name: &str,
    default: Option<&str>,
) -> anyhow::Result<Option<String>> {
    let Some(contact) = values.optional(name) else {
        return Ok(default.filter(|address| is_contact(address)).map(str::to_owned));
    };
    if !is_contact(&contact) {
        bail!(
            "{name} is {contact:?}; allowed is an address such as https://example.com/about or \
             mailto:admin@example.com, in plain letters and without brackets"
        );
    }
    Ok(Some(contact))
}

fn is_contact(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_graphic() && !"()<>;\"\\".contains(c));
    plain
        && url::Url::parse(text).is_ok_and(|url| match url.scheme() {
            "http" | "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
            "mailto" => url.path().contains('@'),
            _ => false,
        })
}

pub(super) fn rate(values: &mut Values, name: &str, default: &str) -> anyhow::Result<Rate> {
    values.one_of(name, default, "a number per time, such as 10/min, 600/h or 5/s", super::parse_rate)
}

#[cfg(test)]
mod tests {
    use super::super::parse_rate;
    use super::is_contact;
    use std::time::Duration;

    #[test]
    fn contacts() {
        for good in ["https://kuma.example", "http://example.com/about?x=1", "mailto:admin@example.com"] {
            assert!(is_contact(good), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "https://",
            "https://me:secret@example.com",
            "https://bücher.example",
            "https://example.com/(x)",
            "https://example.com/\r\nX: y",
            "mailto:nobody",
            "javascript:alert(1)",
        ] {
            assert!(!is_contact(bad), "{bad}");
        }
    }

    #[test]
    fn rates() {
        let rate = |text| parse_rate(text).map(|rate| (rate.count.get(), rate.per.as_secs()));
        assert_eq!(rate("10/min"), Some((10, 60)));
        assert_eq!(rate("10"), Some((10, 60)));
        assert_eq!(rate(" 600 / h "), Some((600, 3_600)));
        assert_eq!(rate("5/s").map(|(_, per)| Duration::from_secs(per)), Some(Duration::from_secs(1)));
        for bad in ["", "0/min", "-1/min", "ten/min", "10/fortnight", "10/"] {
            assert_eq!(rate(bad), None, "{bad}");
        }
    }
}
