#include "sim/choices.hpp"

#include <charconv>
#include <optional>

// The token: entries joined by '.', each a letter for the kind and its numbers joined by '-':
// from, to, call, nth, value. "p3-4-1-0-2" is a mail from layer 3 to layer 4 of the first call,
// the first of its kind, postponed by 2.

namespace lastcall::sim {
namespace {

constexpr std::string_view kKindLetters = "pdluymnkcsfawrt";
static_assert(kKindLetters.size() == kEnumSize<ChoiceKind>);
constexpr std::size_t kNumbers = 5;

// Decimal digits up to `max`, stepped over in `text`; nothing for any other text.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t max) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value > max) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<std::pair<ChoiceKey, std::uint32_t>> parse_entry(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::size_t kind = kKindLetters.find(text.front());
  if (kind == std::string_view::npos) return std::nullopt;
  text.remove_prefix(1);
  constexpr std::array<std::uint32_t, kNumbers> kMax{0xff, 0xff, 0xffff, 0xffffffff, 0xffffffff};
  std::array<std::uint32_t, kNumbers> numbers{};
  for (std::size_t i = 0; i < kNumbers; ++i) {
    if (i > 0 && (text.empty() || text.front() != '-')) return std::nullopt;
    if (i > 0) text.remove_prefix(1);
    const auto number = take_number(text, kMax[i]);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  if (!text.empty() || numbers[4] == 0) return std::nullopt;
  return std::pair{ChoiceKey{.kind = static_cast<ChoiceKind>(kind),
                             .from = static_cast<std::uint8_t>(numbers[0]),
                             .to = static_cast<std::uint8_t>(numbers[1]),
                             .call = static_cast<std::uint16_t>(numbers[2]),
                             .nth = numbers[3]},
                   numbers[4]};
}

}  // namespace

std::string to_token(const ChoiceMap& choices) {
  if (choices.empty()) return "0";
  std::string token;
  for (const auto& [key, value] : choices) {
    if (!token.empty()) token += '.';
    token += kKindLetters[static_cast<std::size_t>(key.kind)];
    token += std::to_string(key.from) + '-' + std::to_string(key.to) + '-' +
             std::to_string(key.call) + '-' + std::to_string(key.nth) + '-' + std::to_string(value);
  }
  return token;
}

std::expected<ChoiceMap, std::string> parse_token(std::string_view token) {
  ChoiceMap choices;
  if (token == "0") return choices;
  for (std::size_t place = 1;; ++place) {
    const std::size_t end = token.find('.');
    const std::string_view entry = token.substr(0, end);
    const auto choice = parse_entry(entry);
    if (!choice) {
      return std::unexpected("entry " + std::to_string(place) + " of the token, '" +
                             std::string{entry} + "', is not a choice: a letter of \"" +
                             std::string{kKindLetters} +
                             "\" and five numbers joined by '-', the last of them not 0");
    }
    if (!choices.insert(*choice).second) {
      return std::unexpected("entry " + std::to_string(place) + " of the token, '" +
                             std::string{entry} + "', decides what an earlier one has decided");
    }
    if (end == std::string_view::npos) return choices;
    token.remove_prefix(end + 1);
  }
}

}  // namespace lastcall::sim
