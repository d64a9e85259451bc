// Header names to enumerators: one hash of length and three letters, then one comparison.

#include "engine/sip/headers.hpp"

#include <array>
#include <cstddef>

namespace lastcall::sip {
namespace {

struct Entry {
  std::string_view name;
  Header kind = Header::kOther;
};

// RFC 3261 7.3.3 and 20; 6665, 3515, 3892, 4028 and the registry of compact forms.
constexpr std::array<Entry, 16> kCompact{{{"b", Header::kReferredBy},
                                          {"c", Header::kContentType},
                                          {"e", Header::kContentEncoding},
                                          {"f", Header::kFrom},
                                          {"i", Header::kCallId},
                                          {"k", Header::kSupported},
                                          {"l", Header::kContentLength},
                                          {"m", Header::kContact},
                                          {"o", Header::kEvent},
                                          {"r", Header::kReferTo},
                                          {"s", Header::kSubject},
                                          {"t", Header::kTo},
                                          {"u", Header::kAllowEvents},
                                          {"v", Header::kVia},
                                          {"x", Header::kSessionExpires},
                                          {"?", Header::kOther}}};

constexpr std::size_t kSlots = 512;

constexpr std::size_t slot_of(std::string_view name) {
  const auto letter = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(lower(name[i])));
  };
  const std::size_t size = name.size();
  return (size * 37 + letter(0) * 5 + letter(size / 2) * 17 + letter(size - 1) * 131) % kSlots;
}

// Open addressing: an entry stands in its slot or in the next free one behind it.
constexpr std::array<Entry, kSlots> make_table() {
  std::array<Entry, kSlots> table{};
  const auto put = [&](Entry entry) {
    std::size_t slot = slot_of(entry.name);
    while (!table[slot].name.empty()) slot = (slot + 1) % kSlots;
    table[slot] = entry;
  };
  constexpr auto kLong = names_of(Header{});
  for (std::size_t i = 0; i + 1 < kLong.size(); ++i) put({kLong[i], static_cast<Header>(i)});
  for (const Entry& entry : kCompact) put(entry);
  return table;
}
constexpr std::array<Entry, kSlots> kTable = make_table();

}  // namespace

Header header_named(std::string_view name) {
  if (name.empty()) return Header::kOther;
  for (std::size_t slot = slot_of(name); !kTable[slot].name.empty(); slot = (slot + 1) % kSlots) {
    // Nearly all peers write the usual letters.
    const bool same = kTable[slot].name == name || same_ignoring_case(kTable[slot].name, name);
    if (same) return kTable[slot].kind;
  }
  return Header::kOther;
}

}  // namespace lastcall::sip
