#include "engine/core/offer_answer.hpp"

#include "engine/model/sip_names.hpp"
#include "engine/sip/sdp.hpp"

#include <charconv>

namespace lastcall::core {
namespace {

// RFC 8866 6.6: names of encodings are compared in letters of either case.
bool is_g711(const sip::RtpMap& map) {
  return map.clock_rate == 8000 &&
         (same_ignoring_case(map.encoding, "PCMU") || same_ignoring_case(map.encoding, "PCMA"));
}

// The first payload type of the line that is G.711, as number and encoding.
std::optional<sip::RtpMap> g711_of(const sip::SdpMedia& media) {
  for (const std::string& format : media.formats) {
    std::uint8_t payload_type = 0;
    const char* const end = format.data() + format.size();
    const auto read = std::from_chars(format.data(), end, payload_type);
    if (read.ec != std::errc{} || read.ptr != end) continue;
    if (const auto map = sip::rtpmap_of(media, payload_type); map && is_g711(*map)) return map;
  }
  return std::nullopt;
}

// The audio line that we can do: switched on, plain RTP, with a law of G.711.
struct Usable {
  std::size_t line = 0;
  sip::RtpMap map;
};

std::optional<Usable> usable_audio(const sip::Sdp& sdp) {
  for (std::size_t i = 0; i < sdp.media.size(); ++i) {
    const sip::SdpMedia& media = sdp.media[i];
    if (media.kind != "audio" || media.port == 0 || media.protocol != "RTP/AVP") continue;
    if (auto map = g711_of(media)) return Usable{i, *std::move(map)};
  }
  return std::nullopt;
}

sip::Sdp described(const OwnMedia& own) {
  sip::Sdp sdp;
  sdp.origin = {.username = "lastcall",
                .session_id = std::to_string(own.session_id),
                .version = own.version,
                .address = own.local.host};
  sdp.connection = own.local.host;
  return sdp;
}

sip::SdpMedia audio_line(const OwnMedia& own, Direction direction) {
  return {.kind = "audio",
          .port = own.local.port,
          .protocol = "RTP/AVP",
          .formats = {},
          .connection = {},
          .direction = direction,
          .rtpmaps = {},
          .ptime_ms = 20,
          .attributes = {}};
}

void add_format(sip::SdpMedia& media, sip::RtpMap map) {
  media.formats.push_back(std::to_string(map.payload_type));
  media.rtpmaps.push_back(std::move(map));
}

// What we may do, given what the peer's description says of itself and what we want.
Agreed agree(const sip::Sdp& sdp, std::size_t line, std::uint8_t payload_type, Direction wanted) {
  const Direction theirs = flip(sip::effective_direction(sdp, line));
  Agreed agreed;
  agreed.payload_type = payload_type;
  agreed.direction =
      direction(sends(theirs) && sends(wanted), receives(theirs) && receives(wanted));
  const bool held_address = sip::is_held_address(sip::connection_address(sdp, line));
  agreed.peer_holds = held_address || !sends(theirs);
  if (!held_address) agreed.remote = sip::media_endpoint(sdp, line).value_or(Endpoint{});
  return agreed;
}

}  // namespace

std::string make_offer(const OwnMedia& own) {
  sip::Sdp sdp = described(own);
  sip::SdpMedia media = audio_line(own, own.wanted);
  add_format(media, {.payload_type = 0, .encoding = "PCMU"});
  add_format(media, {.payload_type = 8, .encoding = "PCMA"});
  sdp.media.push_back(std::move(media));
  return sip::write(sdp);
}

std::optional<Answer> answer_offer(std::string_view offer, const OwnMedia& own) {
  const auto parsed = sip::parse_sdp(offer);
  if (!parsed) return std::nullopt;
  const auto usable = usable_audio(*parsed);
  if (!usable) return std::nullopt;

  Answer answer;
  answer.agreed = agree(*parsed, usable->line, usable->map.payload_type, own.wanted);
  sip::Sdp sdp = described(own);
  for (std::size_t i = 0; i < parsed->media.size(); ++i) {
    if (i == usable->line) {
      sdp.media.push_back(audio_line(own, answer.agreed.direction));
      add_format(sdp.media.back(), usable->map);
      continue;
    }
    sip::SdpMedia refused = parsed->media[i];
    refused.port = 0;
    refused.attributes.clear();
    sdp.media.push_back(std::move(refused));
  }
  answer.sdp = sip::write(sdp);
  return answer;
}

std::optional<Agreed> read_answer(std::string_view answer, const OwnMedia& own) {
  const auto parsed = sip::parse_sdp(answer);
  if (!parsed) return std::nullopt;
  const auto usable = usable_audio(*parsed);
  if (!usable) return std::nullopt;
  return agree(*parsed, usable->line, usable->map.payload_type, own.wanted);
}

}  // namespace lastcall::core
