#pragma once
// What a certificate says about who its owner is in SIP (RFC 5922 7). Does not verify signatures,
// dates or chains: OpenSSL does. Called by the verification of outgoing TLS connections.

#include <openssl/types.h>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::host {

// The SIP domains of a certificate (RFC 5922 7.1): its sip: URIs without a user; only if there is
// none, its DNS names. The common name is not looked at. In lower case.
[[nodiscard]] std::vector<std::string> sip_domains(const X509& certificate);

// Whether the certificate is one of `server`: a domain, compared without regard to case and without
// wildcards (RFC 5922 7.2), or a numeric address, which must stand there as such.
[[nodiscard]] bool certifies(const X509& certificate, std::string_view server);

}  // namespace lastcall::host
