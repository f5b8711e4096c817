//! TLS for all clients: rustls with ring, and the system's root certificates.
//!
//! Reading the roots takes some milliseconds and a megabyte, and a server that only talks to an Ollama next door
//! needs none: they are read for the first secure connection, once for all clients. When there are none (a bare
//! container), `http://` addresses can be reached, `https://` ones fail, and the log says why.

use std::sync::{Arc, LazyLock, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// Makes ring the process's TLS provider. May be called any number of times, from anywhere; a
/// provider that is already installed stays.
pub fn install_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        // An error only says that another thread was faster.
        drop(ring::default_provider().install_default());
    }
}

/// The settings of one client. All clients trust the same roots.
pub(crate) fn config(http2: bool) -> Result<ClientConfig, Error> {
    static ROOTS: LazyLock<Arc<Roots>> = LazyLock::new(Arc::default);
    configured(Arc::clone(&ROOTS), http2)
}

fn configured(roots: Arc<Roots>, http2: bool) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::clone(&roots.provider));
    let mut config = builder
        .with_safe_default_protocol_versions()?
        // "Dangerous" are verifiers that verify less. This one hands everything to the platform's.
        .dangerous()
        .with_custom_certificate_verifier(roots)
        .with_no_client_auth();
    config.alpn_protocols =
        if http2 { vec!["h2".into(), "http/1.1".into()] } else { vec!["http/1.1".into()] };
    Ok(config)
}

/// The platform's verifier, made when a certificate is to be verified for the first time.
#[derive(Debug)]
struct Roots {
    provider: Arc<CryptoProvider>,
    loaded: OnceLock<Verifier>,
}

impl Default for Roots {
    fn default() -> Self {
        Self { provider: Arc::new(ring::default_provider()), loaded: OnceLock::new() }
    }
}

impl Roots {
    fn verifier(&self) -> Result<&Verifier, Error> {
        if let Some(verifier) = self.loaded.get() {
            return Ok(verifier);
        }
        match Verifier::new(Arc::clone(&self.provider)) {
            Ok(verifier) => Ok(self.loaded.get_or_init(|| verifier)),
            // Tried again with the next connection: the package may have been installed meanwhile.
            Err(error) => {
                tracing::warn!(
                    %error,
                    "no root certificates: only http:// addresses can be reached. Install the package ca-certificates, \
                     or point SSL_CERT_FILE to a bundle"
                );
                Err(error)
            }
        }
    }
}

impl ServerCertVerifier for Roots {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verifier()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::{ClientConnection, ServerConfig, ServerConnection};

    use super::*;

    fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Authorities are told apart by their names.
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    /// Roots that trust one authority beside the system's.
    fn trusting(authority: &CertifiedIssuer<'static, KeyPair>) -> Arc<Roots> {
        let roots = Roots::default();
        let trusted = [CertificateDer::from(authority.der().to_vec())];
        let verifier = Verifier::new_with_extra_roots(trusted, Arc::clone(&roots.provider)).unwrap();
        roots.loaded.set(verifier).unwrap();
        Arc::new(roots)
    }

    /// Shakes hands in memory with a server of that name; gives the protocol they agreed on.
    fn shake_hands(
        roots: Arc<Roots>,
        http2: bool,
        authority: &CertifiedIssuer<'static, KeyPair>,
        name: &str,
    ) -> Result<Option<Vec<u8>>, std::io::Error> {
        let key = KeyPair::generate().unwrap();
        let cert = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap();
        server.alpn_protocols = vec!["h2".into(), "http/1.1".into()];
        let mut server = ServerConnection::new(Arc::new(server)).unwrap();
        let config = configured(roots, http2).unwrap();
        let mut client = ClientConnection::new(Arc::new(config), "kuma.example".try_into().unwrap()).unwrap();
        while client.is_handshaking() {
            let mut wire = Vec::new();
            client.write_tls(&mut wire)?;
            server.read_tls(&mut wire.as_slice())?;
            server.process_new_packets().map_err(std::io::Error::other)?;
            let mut wire = Vec::new();
            server.write_tls(&mut wire)?;
            client.read_tls(&mut wire.as_slice())?;
            client.process_new_packets().map_err(std::io::Error::other)?;
        }
        Ok(client.alpn_protocol().map(<[u8]>::to_vec))
    }

    #[test]
    fn a_server_whose_authority_is_trusted_is_talked_to() {
        let authority = authority("one");
        for (http2, protocol) in [(true, "h2"), (false, "http/1.1")] {
            let agreed = shake_hands(trusting(&authority), http2, &authority, "kuma.example").unwrap();
            assert_eq!(agreed.as_deref(), Some(protocol.as_bytes()));
        }
    }

    #[test]
    fn no_other_server_is() {
        let (trusted, other) = (authority("one"), authority("another"));
        let stranger = shake_hands(trusting(&trusted), true, &other, "kuma.example").unwrap_err();
        assert!(stranger.to_string().contains("UnknownIssuer"), "{stranger}");
        let elsewhere = shake_hands(trusting(&trusted), true, &trusted, "other.example").unwrap_err();
        assert!(elsewhere.to_string().contains("not valid for name"), "{elsewhere}");
    }

    #[test]
    fn the_roots_are_read_for_the_first_server_only() {
        let roots = Arc::new(Roots::default());
        configured(Arc::clone(&roots), true).unwrap();
        assert!(roots.loaded.get().is_none(), "nothing was connected to");
        // Whoever it is: to tell, the roots have to be read.
        shake_hands(Arc::clone(&roots), true, &authority("one"), "kuma.example").unwrap_err();
        let first = std::ptr::from_ref(roots.loaded.get().expect("they were read"));
        shake_hands(Arc::clone(&roots), true, &authority("two"), "kuma.example").unwrap_err();
        assert!(std::ptr::eq(first, roots.loaded.get().unwrap()), "once");
    }

    #[test]
    fn the_provider_can_be_installed_many_times() {
        install_crypto_provider();
        install_crypto_provider();
        let ciphers = CryptoProvider::get_default().map(|provider| provider.cipher_suites.len());
        assert!(ciphers.is_some_and(|count| count > 0));
    }
}
