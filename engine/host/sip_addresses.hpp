#pragma once
// Where an engine listens for SIP, and where peers reach it. Plain values; SipPorts opens them.
// Called by whoever starts an Engine.

#include "engine/model/endpoint.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::host {

// Who may connect to our TLS port.
enum class TlsClients : std::uint8_t { kAnybody, kCertified };
[[nodiscard]] constexpr auto names_of(TlsClients) {
  return std::array<std::string_view, 2>{"anybody", "certified"};
}

// PEM files. Without a certificate we have none: nobody can connect to us by TLS.
struct TlsFiles {
  std::string certificate;  // the chain, ours first
  std::string key;
  std::string ca;  // whom we believe; empty: whom the system believes
  TlsClients clients = TlsClients::kAnybody;
};

// Where to listen. Port 0 takes a free one.
struct SipAddresses {
  Endpoint sip{.host = "127.0.0.1", .port = 5060};  // UDP and TCP (RFC 3261 18.2.1)
  std::optional<Endpoint> tls = {};                 // needs a certificate
  std::optional<Endpoint> ws = {};                  // WebSocket (RFC 7118)
  std::optional<Endpoint> wss = {};                 // instead of ws: over TLS
  TlsFiles files = {};
};

// Where peers reach us. Without a port: not at all.
struct SipContacts {
  Endpoint sip;
  Endpoint tls;
  Endpoint ws;
};

}  // namespace lastcall::host
