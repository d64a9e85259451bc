// Fuzz target: a session description that was read is written and read to the same.

#include "engine/sip/sdp.hpp"

#include "engine/base/check.hpp"
#include "tests/fuzz/target.hpp"

namespace lastcall::fuzz {

// Shows SEC-07.
void run(std::string_view bytes) {
  const auto sdp = sip::parse_sdp(bytes);
  if (!sdp) {
    CHECK(sdp.error().position <= bytes.size(), "a fault lies inside the text");
    return;
  }
  const auto again = sip::parse_sdp(sip::write(*sdp));
  CHECK(again && *again == *sdp, "a description is written and read to the same");
  for (std::size_t i = 0; i < sdp->media.size(); ++i) {
    (void)sip::effective_direction(*sdp, i);
    (void)sip::media_endpoint(*sdp, i);
  }
}

}  // namespace lastcall::fuzz
