#pragma once
// Makes a captured call fit to be shared: numbers, names, hosts and addresses are replaced, each by
// the same stand-in everywhere; tags, branches, CSeq numbers, what steers the protocol and all
// times stay. Headers that are not known to be harmless, other bodies than SDP, secrets and media
// are dropped. What is left is judged and drawn as before.

#include "replay/wire/call.hpp"

#include <map>
#include <string>
#include <string_view>

namespace lastcall::replay::exports {

class Scrubber {
 public:
  // The call without what is private. The same scrubber gives several calls the same stand-ins.
  [[nodiscard]] wire::Call scrub(const wire::Call& call);

  // The pieces, for tests: a host or address, a SIP message as text.
  [[nodiscard]] std::string host(std::string_view host);
  [[nodiscard]] std::string message(const SipMessage& message);

 private:
  using Names = std::map<std::string, std::string, std::less<>>;

  [[nodiscard]] std::string user(std::string_view user);
  [[nodiscard]] std::string call_id(std::string_view id);
  [[nodiscard]] std::string uri(std::string_view uri);
  [[nodiscard]] std::string address(std::string_view value);
  [[nodiscard]] std::string via(std::string_view value);
  [[nodiscard]] std::string header(const HeaderView& line);
  [[nodiscard]] std::string sdp(std::string_view body);
  [[nodiscard]] Endpoint endpoint(const Endpoint& at);

  Names hosts_, users_, call_ids_;
  unsigned v4_ = 0, v6_ = 0, names_ = 0;
};

}  // namespace lastcall::replay::exports
