#include "engine/model/sip_message.hpp"

namespace lastcall {
inline namespace model {

Via SipMessage::via() const {
  const MessageParts::TopVia& top = parts_.via;
  return {.transport = view(top.transport),
          .host = view(top.host),
          .port = top.port,
          .branch = view(top.branch),
          .received = view(top.received),
          .rport = top.rport,
          .maddr = view(top.maddr),
          .params = view(top.params)};
}

std::optional<std::string_view> SipMessage::header(Header kind) const {
  for (const MessageParts::Line& line : parts_.lines) {
    if (line.kind == kind) return view(line.value);
  }
  return std::nullopt;
}

std::optional<std::string_view> SipMessage::header(std::string_view name) const {
  for (const MessageParts::Line& line : parts_.lines) {
    if (same_ignoring_case(view(line.name), name)) return view(line.value);
  }
  return std::nullopt;
}

}  // namespace model
}  // namespace lastcall
