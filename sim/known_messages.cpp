#include "sim/known_messages.hpp"

#include "engine/sip/parse.hpp"

#include <xxhash.h>

#include <cstddef>
#include <unordered_map>

namespace lastcall::sim {
namespace {

constexpr std::size_t kKnownMax = 4096;

struct BytesHash {
  std::size_t operator()(const std::string& bytes) const {
    return XXH3_64bits(bytes.data(), bytes.size());
  }
};

}  // namespace

std::shared_ptr<const SipMessage> message_of(const std::string& bytes) {
  static std::unordered_map<std::string, std::shared_ptr<const SipMessage>, BytesHash> known;
  const auto it = known.find(bytes);
  if (it != known.end()) return it->second;
  std::shared_ptr<const SipMessage> message;
  if (auto parsed = sip::parse(bytes)) {
    message = std::make_shared<const SipMessage>(*std::move(parsed));
  }
  if (known.size() >= kKnownMax) known.clear();
  return known.emplace(bytes, std::move(message)).first->second;
}

}  // namespace lastcall::sim
