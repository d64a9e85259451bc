// Fuzz target: a byte stream that arrives in pieces. The first byte says how it is cut; the
// messages are the same as when it arrives at once, and hold nothing that did not come.

#include "engine/base/check.hpp"
#include "engine/sip/framer.hpp"
#include "engine/sip/parse.hpp"
#include "tests/fuzz/target.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lastcall::fuzz {
namespace {

// Everything a framer gives out now, one line each; false when the stream is broken.
bool drain(sip::Framer& framer, std::vector<std::string>& found) {
  while (true) {
    sip::Framed next = framer.next();
    if (std::holds_alternative<sip::NeedMore>(next)) return true;
    if (std::holds_alternative<sip::KeepAlivePing>(next)) found.emplace_back("ping");
    if (auto* message = std::get_if<sip::MessageBytes>(&next)) {
      found.push_back(std::move(message->bytes));
    }
    if (auto* fault = std::get_if<sip::FramingFault>(&next)) {
      found.push_back("fault " + fault->sentence);
      return false;
    }
  }
}

std::vector<std::string> framed(std::string_view stream, std::uint32_t cut) {
  sip::Framer framer;
  std::vector<std::string> found;
  while (!stream.empty()) {
    cut = cut * 1'664'525 + 1'013'904'223;  // any sequence will do, as long as it is repeated
    const std::string_view piece = stream.substr(0, 1 + (cut >> 16) % 40);
    framer.push(piece);
    if (!drain(framer, found)) break;
    stream.remove_prefix(piece.size());
  }
  return found;
}

}  // namespace

// Shows SEC-07.
void run(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::string_view stream = bytes.substr(1);
  sip::Framer at_once;
  at_once.push(stream);
  std::vector<std::string> whole;
  (void)drain(at_once, whole);
  CHECK(framed(stream, static_cast<unsigned char>(bytes[0])) == whole,
        "a stream gives the same messages however it is cut");
  std::size_t given = 0;
  for (const std::string& each : whole) {
    if (each == "ping" || each.starts_with("fault ")) continue;
    given += each.size();
    const auto message = sip::parse(each);
    CHECK(!message || message->bytes().size() == each.size(), "a framed message is one message");
  }
  CHECK(given <= stream.size(), "no message has more bytes than came");
}

}  // namespace lastcall::fuzz
