#include "engine/sip/options.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/scan.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

// "application/*" and "*/*" take every type that begins so.
bool covers(std::string_view range, std::string_view type) {
  if (range == "*/*" || range == "*" || same_ignoring_case(range, type)) return true;
  if (!range.ends_with("/*")) return false;
  const std::string_view main = range.substr(0, range.size() - 1);
  return same_ignoring_case(type.substr(0, main.size()), main);
}

// q=0, q=0.0 and the like: not this one.
bool is_refused(std::string_view element) {
  const std::size_t semicolon = std::min(element.find(';'), element.size());
  const std::optional<std::string_view> q = param(element.substr(semicolon), "q");
  return q && q->find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

OptionTags option_tags_of(const SipMessage& message, Header kind) {
  OptionTags tags;
  for_each_value(message, kind, [&](std::string_view word) {
    if (word.empty()) return;
    if (const auto tag = named_ignoring_case<OptionTag>(word)) {
      tags.known.insert(*tag);
    } else {
      tags.unknown.emplace_back(word);
    }
  });
  return tags;
}

std::string write_option_tags(EnumSet<OptionTag> tags) { return to_text(tags); }

std::string write_list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

std::optional<EnumSet<Method>> allowed_by(const SipMessage& message) {
  if (!message.header(Header::kAllow)) return std::nullopt;
  EnumSet<Method> methods;
  for_each_value(message, Header::kAllow, [&](std::string_view word) {
    if (!word.empty()) methods.insert(named<Method>(word).value_or(Method::kOther));
  });
  return methods;
}

std::string write_methods(EnumSet<Method> methods) { return to_text(methods); }

std::string_view media_type(std::string_view content_type) {
  return trim(content_type.substr(0, content_type.find(';')));
}

bool accepts(const SipMessage& message, std::string_view type) {
  if (!message.header(Header::kAccept)) return same_ignoring_case(type, "application/sdp");
  bool accepted = false;
  for_each_value(message, Header::kAccept, [&](std::string_view element) {
    if (covers(media_type(element), type) && !is_refused(element)) accepted = true;
  });
  return accepted;
}

}  // namespace lastcall::sip
