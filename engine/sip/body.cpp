#include "engine/sip/body.hpp"

#include "engine/model/limits.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/params.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

constexpr std::size_t kBoundaryMax = 70;  // RFC 2046 5.1.1

std::string lower_case(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

std::string_view params_behind(std::string_view value) {
  return value.substr(std::min(value.find(';'), value.size()));
}

// Folds of a part's headers are spaces here as everywhere.
std::string unfolded(std::string_view value) {
  std::string text{value};
  std::ranges::replace_if(text, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return text;
}

// RFC 2045 6.2: these change no byte.
bool is_plain_transfer(std::string_view encoding) {
  return same_ignoring_case(encoding, "binary") || same_ignoring_case(encoding, "8bit") ||
         same_ignoring_case(encoding, "7bit");
}

// What the headers of a message or of a part say about its body.
struct Description {
  std::string content_type = {};
  std::string disposition = {};
  bool is_encoded = false;

  void add(const HeaderView& header) {
    if (header.kind == Header::kContentType) content_type = unfolded(header.value);
    if (header.kind == Header::kContentDisposition) disposition = unfolded(header.value);
    if (header.kind == Header::kContentEncoding) {
      is_encoded |= !same_ignoring_case(header.value, "identity");
    }
    if (header.kind == Header::kOther &&
        same_ignoring_case(header.name, "Content-Transfer-Encoding")) {
      is_encoded |= !is_plain_transfer(header.value);
    }
  }
};

// RFC 3261 20.11: without the header it is a session for SDP, else something to show.
std::string disposition_of(const Description& description, std::string_view type) {
  const std::string word = lower_case(media_type(description.disposition));
  if (!word.empty()) return word;
  return type == "application/sdp" ? "session" : "render";
}

bool is_optional(const Description& description) {
  const auto handling = param(params_behind(description.disposition), "handling");
  return handling && same_ignoring_case(*handling, "optional");
}

// The line "--boundary" or "--boundary--" at a place of a body.
struct Delimiter {
  std::size_t end = 0;  // behind its line end
  bool is_last = false;
};
std::optional<Delimiter> delimiter_at(std::string_view body, std::size_t at, std::size_t size) {
  if (at > 0 && body[at - 1] != '\n') return std::nullopt;
  Cursor cursor{body.substr(at + size)};
  if (cursor.rest().starts_with("--")) return Delimiter{body.size(), true};
  cursor.skip_spaces();
  (void)cursor.eat('\r');
  if (!cursor.eat('\n')) return std::nullopt;
  return Delimiter{at + size + cursor.position(), false};
}

// The line end in front of a delimiter belongs to the delimiter.
std::string_view without_last_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// Takes a body apart; parts of parts too.
class PartReader {
 public:
  explicit PartReader(std::string_view body) : body_(body) {}
  void read(std::string_view text, const Description& description, bool is_needed,
            std::size_t depth);
  std::expected<std::vector<BodyPart>, ParseError> result() && {
    if (error_) return std::unexpected{*std::move(error_)};
    return std::move(parts_);
  }

 private:
  void split(std::string_view text, std::string_view boundary, bool is_needed, std::size_t depth);
  void read_part(std::string_view text, bool is_needed, std::size_t depth);
  void fail(std::string_view at, const char* sentence) {
    const auto position = static_cast<std::size_t>(at.data() - body_.data());
    if (!error_) error_ = ParseError{position, sentence};
  }

  std::string_view body_;
  std::vector<BodyPart> parts_;
  std::size_t count_ = 0;
  std::optional<ParseError> error_;
};

void PartReader::read(std::string_view text, const Description& description, bool is_needed,
                      std::size_t depth) {
  const std::string type = lower_case(media_type(description.content_type));
  const bool needed = is_needed && !is_optional(description);
  if (!type.starts_with("multipart/")) {
    parts_.push_back({.type = type,
                      .disposition = disposition_of(description, type),
                      .bytes = text,
                      .is_optional = !needed,
                      .is_encoded = description.is_encoded});
    return;
  }
  const auto boundary = param(params_behind(description.content_type), "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kBoundaryMax) {
    return fail(text, "A multipart body needs a boundary.");
  }
  if (depth == limits::kBodyDepthMax) return fail(text, "Bodies are nested too deeply.");
  // RFC 2046 5.1.4: of alternatives one is enough.
  split(text, unquote(*boundary), needed && type != "multipart/alternative", depth + 1);
}

void PartReader::split(std::string_view text, std::string_view boundary, bool is_needed,
                       std::size_t depth) {
  const std::string mark = "--" + std::string{boundary};
  std::optional<std::size_t> begin;
  for (std::size_t at = text.find(mark); at != std::string_view::npos && !error_;
       at = text.find(mark, at + 1)) {
    const std::optional<Delimiter> delimiter = delimiter_at(text, at, mark.size());
    if (!delimiter) continue;
    // Two delimiters in a row share a line end: the part between them is empty.
    if (begin) {
      read_part(without_last_line_end(text.substr(*begin, at - *begin)), is_needed, depth);
    }
    if (delimiter->is_last) return;
    begin = delimiter->end;
  }
  fail(text, "A multipart body does not end with its boundary.");
}

void PartReader::read_part(std::string_view text, bool is_needed, std::size_t depth) {
  if (++count_ > limits::kBodyPartsMax) return fail(text, "A multipart body has too many parts.");
  Description description;
  while (!text.empty() && text.front() != '\r' && text.front() != '\n') {
    description.add(header_of(take_folded_line(text)));
  }
  if (text.starts_with('\r')) text.remove_prefix(1);
  if (text.starts_with('\n')) text.remove_prefix(1);
  // RFC 2046 5.1: a part without a type is plain text.
  if (description.content_type.empty()) description.content_type = "text/plain";
  read(text, description, is_needed, depth);
}

}  // namespace

std::expected<std::vector<BodyPart>, ParseError> body_parts(const SipMessage& message) {
  PartReader reader{message.body()};
  if (message.body().empty()) return std::move(reader).result();
  Description description;
  for (std::size_t i = 0; i < message.header_count(); ++i) description.add(message.header_at(i));
  reader.read(message.body(), description, true, 0);
  return std::move(reader).result();
}

std::optional<std::string_view> body_of_type(const SipMessage& message, std::string_view type) {
  const auto parts = body_parts(message);
  if (!parts) return std::nullopt;
  const std::string usual = disposition_of({}, type);
  const auto found = std::ranges::find_if(*parts, [&](const BodyPart& part) {
    return part.type == type && part.disposition == usual && !part.is_encoded;
  });
  return found == parts->end() ? std::nullopt : std::optional{found->bytes};
}

}  // namespace lastcall::sip
