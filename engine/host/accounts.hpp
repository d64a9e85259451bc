#pragma once
// The file of secrets: our own accounts, and the users who may call us. TOML, read once at start:
//
//   [[account]]                     # what we answer challenges with
//   aor = "sip:alice@example.com"   # may be left out: for whoever of us is asked
//   realm = "example.com"           # may be left out: for every realm
//   user = "alice"
//   password = "..."                # or ha1 = "..." and algorithm = "MD5"
//
//   [[user]]                        # who may call us
//   realm = "example.com"
//   user = "bob"
//   password = "..."
//
// A file that others may read or write is refused. Nothing of it is ever logged.

#include "engine/host/net.hpp"
#include "engine/sip/keyring.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace lastcall::host {

// An error names the file, the line and what is wrong, and no secret.
[[nodiscard]] std::expected<sip::Keyring, HostError> read_accounts(const std::string& path);

// The same from a text; `path` is for the errors.
[[nodiscard]] std::expected<sip::Keyring, HostError> parse_accounts(std::string_view text,
                                                                    const std::string& path);

}  // namespace lastcall::host
