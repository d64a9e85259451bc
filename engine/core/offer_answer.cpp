#include "engine/core/offer_answer.hpp"

#include "engine/model/sip_names.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>
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

bool is_v6(std::string_view host) { return host.find(':') != std::string_view::npos; }

// Audio for the other version of IP cannot be sent from our port. An address that only means a hold
// has none, and a name is not looked up.
bool same_family(std::string_view theirs, std::string_view ours) {
  if (ours.empty() || sip::is_held_address(theirs) || !sip::numeric_host(theirs)) return true;
  return is_v6(theirs) == is_v6(ours);
}

// The audio line that we can do: plain RTP with a law of G.711, from where our port is; one that is
// switched off only if no other is there.
struct Usable {
  std::size_t line = 0;
  sip::RtpMap map;
  bool off = false;
};

std::optional<Usable> usable_audio(const sip::Sdp& sdp, const Endpoint& local) {
  std::optional<Usable> switched_off;
  for (std::size_t i = 0; i < sdp.media.size(); ++i) {
    const sip::SdpMedia& media = sdp.media[i];
    if (media.kind != "audio" || media.protocol != "RTP/AVP") continue;
    if (!same_family(sip::connection_address(sdp, i), local.host)) continue;
    auto map = g711_of(media);
    if (!map) continue;
    if (media.port != 0) return Usable{i, *std::move(map)};
    if (!switched_off) switched_off = Usable{i, *std::move(map), true};
  }
  return switched_off;
}

// Our newest description. What we wrote ourselves can always be read.
std::optional<sip::Sdp> previous_of(const OwnMedia& own) {
  if (own.previous.empty()) return std::nullopt;
  auto sdp = sip::parse_sdp(own.previous);
  return sdp ? std::optional{*std::move(sdp)} : std::nullopt;
}

sip::Sdp described(const OwnMedia& own) {
  sip::Sdp sdp;
  sdp.origin = {.username = "lastcall",
                .session_id = std::to_string(own.session_id),
                .version = 1,
                .address = own.local.host};
  sdp.connection = own.local.host;
  return sdp;
}

// RFC 3264 8: one version more if anything else changed; otherwise the same text as before.
std::string finished(sip::Sdp sdp, const OwnMedia& own) {
  if (const auto previous = previous_of(own)) {
    sdp.origin.version = previous->origin.version;
    if (sdp != *previous) ++sdp.origin.version;
  }
  return sip::write(sdp);
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

// Both laws, unless one is there already: a payload type keeps its meaning (RFC 3264 8.3.2).
void add_laws(sip::SdpMedia& media) {
  const auto has = [&](std::string_view encoding) {
    return std::ranges::any_of(media.rtpmaps, [&](const sip::RtpMap& map) {
      return same_ignoring_case(map.encoding, encoding);
    });
  };
  const auto taken = [&](std::uint8_t payload_type) {
    return std::ranges::find(media.rtpmaps, payload_type, &sip::RtpMap::payload_type) !=
           media.rtpmaps.end();
  };
  if (!has("PCMU") && !taken(0)) add_format(media, {.payload_type = 0, .encoding = "PCMU"});
  if (!has("PCMA") && !taken(8)) add_format(media, {.payload_type = 8, .encoding = "PCMA"});
}

// The lines of our newest description with our audio line switched on in the wanted direction; a
// line of its own if there is none yet.
sip::Sdp offered(const OwnMedia& own) {
  sip::Sdp sdp = described(own);
  if (auto previous = previous_of(own)) sdp.media = std::move(previous->media);
  const auto usable = usable_audio(sdp, own.local);
  const std::size_t line = usable ? usable->line : sdp.media.size();
  sip::SdpMedia media = audio_line(own, own.wanted);
  if (usable) {
    media.formats = sdp.media[line].formats;
    media.rtpmaps = sdp.media[line].rtpmaps;
    sdp.media[line] = std::move(media);
  } else {
    add_laws(media);
    sdp.media.push_back(std::move(media));
  }
  return sdp;
}

// What we may do, given what the peer's description says of itself and what we want.
Agreed agree(const sip::Sdp& sdp, const Usable& usable, Direction wanted) {
  if (usable.off) {
    return {.remote = {}, .payload_type = usable.map.payload_type, .peer_holds = true, .off = true};
  }
  const Direction theirs = flip(sip::effective_direction(sdp, usable.line));
  Agreed agreed;
  agreed.payload_type = usable.map.payload_type;
  agreed.direction =
      direction(sends(theirs) && sends(wanted), receives(theirs) && receives(wanted));
  const bool held_address = sip::is_held_address(sip::connection_address(sdp, usable.line));
  agreed.peer_holds = held_address || !sends(theirs);
  if (!held_address) agreed.remote = sip::media_endpoint(sdp, usable.line).value_or(Endpoint{});
  return agreed;
}

}  // namespace

std::string make_offer(const OwnMedia& own) { return finished(offered(own), own); }

std::string make_full_offer(const OwnMedia& own) {
  sip::Sdp sdp = offered(own);
  add_laws(sdp.media[usable_audio(sdp, own.local)->line]);
  return finished(std::move(sdp), own);
}

std::optional<Answer> answer_offer(std::string_view offer, const OwnMedia& own) {
  const auto parsed = sip::parse_sdp(offer);
  if (!parsed) return std::nullopt;
  const auto usable = usable_audio(*parsed, own.local);
  if (!usable) return std::nullopt;

  Answer answer;
  answer.agreed = agree(*parsed, *usable, own.wanted);
  sip::Sdp sdp = described(own);
  for (std::size_t i = 0; i < parsed->media.size(); ++i) {
    if (i != usable->line || usable->off) {
      sdp.media.push_back(sip::switched_off(parsed->media[i]));
      continue;
    }
    sdp.media.push_back(audio_line(own, answer.agreed.direction));
    add_format(sdp.media.back(), usable->map);
  }
  answer.sdp = finished(std::move(sdp), own);
  return answer;
}

std::optional<Agreed> read_answer(std::string_view answer, const OwnMedia& own) {
  const auto parsed = sip::parse_sdp(answer);
  if (!parsed) return std::nullopt;
  const auto usable = usable_audio(*parsed, own.local);
  if (!usable) return std::nullopt;
  return agree(*parsed, *usable, own.wanted);
}

}  // namespace lastcall::core
