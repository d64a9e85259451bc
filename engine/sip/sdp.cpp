#include "engine/sip/sdp.hpp"

#include "engine/model/limits.hpp"
#include "engine/sip/scan.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace lastcall::sip {
namespace {

constexpr classes::Table kWord = classes::all_but(" \t");

// The words of a line without spaces at its end; SDP separates them with one space, peers with
// more.
class Words {
 public:
  explicit Words(std::string_view line) : cursor_(line) { cursor_.skip_spaces(); }
  // The next word; empty when there is none.
  std::string_view next() {
    const std::string_view word = cursor_.take(kWord);
    cursor_.skip_spaces();
    return word;
  }
  [[nodiscard]] bool at_end() const { return cursor_.at_end(); }

 private:
  Cursor cursor_;
};

// The address of "IN IP4 192.0.2.1[/ttl]" (RFC 8866 5.7); empty if it is none.
std::string_view take_address(Words& words) {
  const std::string_view network = words.next();
  const std::string_view type = words.next();
  const std::string_view address = words.next();
  const bool known = network == "IN" && (type == "IP4" || type == "IP6");
  return known ? address.substr(0, address.find('/')) : std::string_view{};
}

std::optional<RtpMap> parse_rtpmap(std::string_view value) {
  Words words{value};
  const auto payload_type = parse_number(words.next(), 127);
  const std::string_view mapping = words.next();
  const std::size_t slash = mapping.find('/');
  if (!payload_type || slash == std::string_view::npos || slash == 0) return std::nullopt;
  const std::string_view rates = mapping.substr(slash + 1);
  const std::size_t second = std::min(rates.find('/'), rates.size());
  const auto clock_rate = parse_number(rates.substr(0, second), 0xffff'ffffU);
  if (!clock_rate) return std::nullopt;
  RtpMap map{.payload_type = static_cast<std::uint8_t>(*payload_type),
             .encoding = std::string{mapping.substr(0, slash)},
             .clock_rate = static_cast<std::uint32_t>(*clock_rate)};
  if (second < rates.size()) {
    const auto channels = parse_number(rates.substr(second + 1), 255);
    if (!channels) return std::nullopt;
    map.channels = static_cast<std::uint8_t>(*channels);
  }
  return map;
}

// A length in milliseconds, as a=ptime and a=maxptime carry it.
std::optional<std::uint32_t> parse_length(std::string_view value) {
  const auto length = parse_number(trim(value), 0xffff'ffffU);
  return length ? std::optional{static_cast<std::uint32_t>(*length)} : std::nullopt;
}

// "53020" or "53020 IN IP4 126.16.64.4".
std::optional<SdpRtcp> parse_rtcp(std::string_view value) {
  Words words{value};
  const auto port = parse_number(words.next(), 65'535);
  if (!port || *port == 0) return std::nullopt;
  SdpRtcp rtcp{.port = static_cast<std::uint16_t>(*port), .address = {}};
  if (words.at_end()) return rtcp;
  rtcp.address = take_address(words);
  return rtcp.address.empty() ? std::nullopt : std::optional{rtcp};
}

// The first of an attribute counts; false if there is one already, or `value` is nothing.
template <class T>
bool set_once(std::optional<T>& target, std::optional<T> value) {
  if (target || !value) return false;
  target = std::move(value);
  return true;
}

// Fills one empty Sdp line by line. What was read before a fault is for nobody.
class SdpReader {
 public:
  explicit SdpReader(Sdp& sdp) : sdp_(sdp) {}
  std::optional<ParseError> read(std::string_view text);

 private:
  // Why the line is refused; null if it is not.
  const char* read_line(char type, std::string_view value);
  const char* read_origin(std::string_view value);
  const char* read_connection(std::string_view value);
  const char* read_media(std::string_view value);
  void read_attribute(std::string_view value);
  bool read_media_attribute(std::string_view name, std::string_view value);

  Sdp& sdp_;
  bool has_version_ = false;
  bool has_origin_ = false;
};

const char* SdpReader::read_origin(std::string_view value) {
  Words words{value};
  sdp_.origin.username = words.next();
  sdp_.origin.session_id = words.next();
  const auto version = parse_number(words.next(), UINT64_MAX);
  if (!version) return "The version in o= is no number.";
  sdp_.origin.version = *version;
  sdp_.origin.address = take_address(words);
  has_origin_ = true;
  return sdp_.origin.address.empty() ? "There is no address in o=." : nullptr;
}

const char* SdpReader::read_connection(std::string_view value) {
  Words words{value};
  const std::string_view address = take_address(words);
  if (address.empty()) return "There is no address in c=.";
  (sdp_.media.empty() ? sdp_.connection : sdp_.media.back().connection) = address;
  return nullptr;
}

const char* SdpReader::read_media(std::string_view value) {
  if (sdp_.media.size() == limits::kSdpMediaMax) return "There are too many m= lines.";
  Words words{value};
  SdpMedia& media = sdp_.media.emplace_back();
  media.kind = words.next();
  // RFC 8866 5.14: "port/count"; more than one port is only for layered media.
  const std::string_view port = words.next();
  const auto number = parse_number(port.substr(0, port.find('/')), 65'535);
  if (!number) return "The port in m= is no port.";
  media.port = static_cast<std::uint16_t>(*number);
  media.protocol = words.next();
  while (!words.at_end()) media.formats.emplace_back(words.next());
  return media.formats.empty() ? "There is no format in m=." : nullptr;
}

// False for what is not understood, and for the second of what stands once.
bool SdpReader::read_media_attribute(std::string_view name, std::string_view value) {
  SdpMedia& media = sdp_.media.back();
  if (name == "rtpmap") {
    std::optional<RtpMap> map = parse_rtpmap(value);
    if (!map) return false;
    media.rtpmaps.push_back(*std::move(map));
    return true;
  }
  if (name == "ptime") return set_once(media.ptime_ms, parse_length(value));
  if (name == "maxptime") return set_once(media.maxptime_ms, parse_length(value));
  if (name == "rtcp") return set_once(media.rtcp, parse_rtcp(value));
  if (name != "rtcp-mux" || media.rtcp_mux) return false;
  media.rtcp_mux = true;
  return true;
}

// An attribute that is not understood is kept as it is, never refused (RFC 8866 5.13).
void SdpReader::read_attribute(std::string_view value) {
  const bool in_media = !sdp_.media.empty();
  const std::size_t colon = value.find(':');
  const bool is_flag = colon == std::string_view::npos;
  if (const auto direction = is_flag ? named<Direction>(value) : std::nullopt) {
    (in_media ? sdp_.media.back().direction : sdp_.direction) = direction;
    return;
  }
  const std::string_view rest = is_flag ? std::string_view{} : value.substr(colon + 1);
  if (in_media && read_media_attribute(value.substr(0, colon), rest)) return;
  (in_media ? sdp_.media.back().attributes : sdp_.attributes).emplace_back(value);
}

const char* SdpReader::read_line(char type, std::string_view value) {
  switch (type) {
    case 'v':
      has_version_ = value == "0";
      return has_version_ ? nullptr : "The version of the description is not 0.";
    case 'o':
      return read_origin(value);
    case 's':
      sdp_.name = value;
      return nullptr;
    case 'c':
      return read_connection(value);
    case 'm':
      return read_media(value);
    case 'a':
      read_attribute(value);
      return nullptr;
    default:
      return nullptr;
  }
}

std::optional<ParseError> SdpReader::read(std::string_view text) {
  const auto fail = [](std::size_t position, const char* sentence) {
    return ParseError{position, sentence};
  };
  sdp_.name.clear();
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = find_line_break(text, at);
    const bool is_cr = end < text.size() && text[end] == '\r';
    // RFC 8866 9: a CR stands in front of an LF and nowhere else; it would end a line of ours.
    if (is_cr && end + 1 < text.size() && text[end + 1] != '\n') {
      return fail(end, "A CR stands without its LF.");
    }
    const std::string_view line = trim_back(text.substr(at, end - at));
    if (++lines > limits::kSdpLinesMax) return fail(at, "There are too many lines.");
    if (!line.empty()) {
      if (line.size() < 2 || line[1] != '=') return fail(at, "A line does not begin with x=.");
      if (!has_version_ && line[0] != 'v') return fail(at, "The first line is not v=0.");
      const char* refused = read_line(line[0], line.substr(2));
      if (refused != nullptr) return fail(at, refused);
    }
    at = end + (is_cr ? 2 : 1);
  }
  if (!has_origin_) return fail(text.size(), "There is no o= line.");
  return std::nullopt;
}

void append_line(std::string& text, std::string_view line) { text.append(line).append("\r\n"); }

std::string address_text(std::string_view address) {
  const bool is_v6 = address.find(':') != std::string_view::npos;
  return std::string{is_v6 ? "IN IP6 " : "IN IP4 "}.append(address);
}

void append_shared(std::string& text, const std::optional<Direction>& direction,
                   std::span<const std::string> attributes) {
  for (const std::string& attribute : attributes) append_line(text, "a=" + attribute);
  if (direction) append_line(text, std::string{"a="}.append(name(*direction)));
}

std::string rtcp_text(const SdpRtcp& rtcp) {
  const std::string port = std::to_string(rtcp.port);
  return rtcp.address.empty() ? port : port + " " + address_text(rtcp.address);
}

void append_media(std::string& text, const SdpMedia& media) {
  std::string line = "m=" + media.kind + " " + std::to_string(media.port) + " " + media.protocol;
  for (const std::string& format : media.formats) line.append(" ").append(format);
  append_line(text, line);
  if (!media.connection.empty()) append_line(text, "c=" + address_text(media.connection));
  for (const RtpMap& map : media.rtpmaps) {
    line = "a=rtpmap:" + std::to_string(map.payload_type) + " " + map.encoding + "/" +
           std::to_string(map.clock_rate);
    if (map.channels != 1) line.append("/").append(std::to_string(map.channels));
    append_line(text, line);
  }
  if (media.ptime_ms) append_line(text, "a=ptime:" + std::to_string(*media.ptime_ms));
  if (media.maxptime_ms) append_line(text, "a=maxptime:" + std::to_string(*media.maxptime_ms));
  if (media.rtcp) append_line(text, "a=rtcp:" + rtcp_text(*media.rtcp));
  if (media.rtcp_mux) append_line(text, "a=rtcp-mux");
  append_shared(text, media.direction, media.attributes);
}

}  // namespace

std::expected<Sdp, ParseError> parse_sdp(std::string_view text) {
  std::expected<Sdp, ParseError> sdp;
  if (auto error = SdpReader{*sdp}.read(text)) sdp = std::unexpected{*std::move(error)};
  return sdp;
}

std::string write(const Sdp& sdp) {
  std::string text;
  text.reserve(512);
  append_line(text, "v=0");
  append_line(text, "o=" + sdp.origin.username + " " + sdp.origin.session_id + " " +
                        std::to_string(sdp.origin.version) + " " +
                        address_text(sdp.origin.address));
  append_line(text, "s=" + sdp.name);
  if (!sdp.connection.empty()) append_line(text, "c=" + address_text(sdp.connection));
  append_line(text, "t=0 0");
  append_shared(text, sdp.direction, sdp.attributes);
  for (const SdpMedia& media : sdp.media) append_media(text, media);
  return text;
}

}  // namespace lastcall::sip
