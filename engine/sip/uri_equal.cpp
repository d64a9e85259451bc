// When two URIs name the same (RFC 3261 19.1.4).

#include "engine/sip/params.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace lastcall::sip {
namespace {

using Ipv6 = std::array<std::uint16_t, 8>;

void add_ipv4(std::vector<std::uint16_t>& groups, std::string_view text) {
  std::array<std::uint16_t, 4> bytes{};
  for (std::uint16_t& byte : bytes) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    byte = static_cast<std::uint16_t>(parse_number(text.substr(0, dot), 255).value_or(0));
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  groups.push_back(static_cast<std::uint16_t>(bytes[0] << 8U | bytes[1]));
  groups.push_back(static_cast<std::uint16_t>(bytes[2] << 8U | bytes[3]));
}

// The groups of "1:2:3.4.5.6".
std::vector<std::uint16_t> groups_of(std::string_view text) {
  std::vector<std::uint16_t> groups;
  while (!text.empty()) {
    const std::string_view group = text.substr(0, text.find(':'));
    if (group.find('.') != std::string_view::npos) {
      add_ipv4(groups, group);
    } else {
      unsigned value = 0;
      for (const char c : group) {
        value = value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : lower(c) - 'a' + 10);
      }
      groups.push_back(static_cast<std::uint16_t>(value));
    }
    text.remove_prefix(std::min(group.size() + 1, text.size()));
  }
  return groups;
}

// REQUIRES: a text that numeric_host() gave, with a colon.
Ipv6 ipv6_of(std::string_view text) {
  Ipv6 address{};
  const std::size_t gap = std::min(text.find("::"), text.size());
  const std::vector<std::uint16_t> front = groups_of(text.substr(0, gap));
  const std::vector<std::uint16_t> back = groups_of(text.substr(std::min(gap + 2, text.size())));
  std::ranges::copy(front, address.begin());
  std::ranges::copy_backward(back, address.end());
  return address;
}

// Everything but reserved characters equals its escape (19.1.4), so only escapes of these, and of
// the '%' itself, stay; their digits are written in one case.
std::string comparable(std::string_view text) {
  constexpr std::string_view kKept = ";/?:@&=+$,%";
  std::string result;
  while (!text.empty()) {
    const bool is_escape = text.size() > 2 && text[0] == '%' && is_hex(text[1]) && is_hex(text[2]);
    const std::string_view piece = text.substr(0, is_escape ? 3 : 1);
    const std::string letter = unescape(piece);
    if (is_escape && kKept.find(letter) != std::string_view::npos) {
      result.append({'%', lower(piece[1]), lower(piece[2])});
    } else {
      result += letter;
    }
    text.remove_prefix(piece.size());
  }
  return result;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), lower);
  return text;
}

// Names (in lower case) and values.
using Pairs = std::multimap<std::string, std::string>;

// "a=b" pieces between separators.
Pairs pairs_of(std::string_view text, char separator) {
  Pairs pairs;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(separator));
    const std::size_t equals = std::min(one.find('='), one.size());
    if (!one.empty()) {
      pairs.emplace(lower_case(comparable(one.substr(0, equals))),
                    comparable(one.substr(std::min(equals + 1, one.size()))));
    }
    text.remove_prefix(std::min(one.size() + 1, text.size()));
  }
  return pairs;
}

// Those that change where or how a request goes, so that a URI without them is another one.
bool must_be_in_both(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"transport", "user", "ttl", "method", "maddr"};
  return std::ranges::find(kNames, name) != kNames.end();
}

bool agrees(const Pairs& params, const Pairs& others) {
  return std::ranges::all_of(params, [&](const auto& each) {
    // A name stands once (19.1.1); where it stands twice all the same, one of them has to agree.
    const auto [first, last] = others.equal_range(each.first);
    if (first == last) return !must_be_in_both(each.first);
    return std::any_of(first, last, [&](const auto& other) {
      return same_ignoring_case(other.second, each.second);
    });
  });
}

}  // namespace

bool is_same_host(std::string_view a, std::string_view b) {
  const std::optional<std::string> first = numeric_host(a);
  const std::optional<std::string> second = numeric_host(b);
  if (!first || !second) return !first && !second && same_ignoring_case(a, b);
  if (first->find(':') == std::string::npos || second->find(':') == std::string::npos) {
    return first == second;
  }
  return ipv6_of(*first) == ipv6_of(*second);
}

bool is_equal(const Uri& a, const Uri& b) {
  const Pairs params = pairs_of(a.params, ';');
  const Pairs others = pairs_of(b.params, ';');
  return same_ignoring_case(a.scheme, b.scheme) && comparable(a.user) == comparable(b.user) &&
         is_same_host(a.host, b.host) && a.port == b.port && agrees(params, others) &&
         agrees(others, params) && pairs_of(a.headers, '&') == pairs_of(b.headers, '&');
}

}  // namespace lastcall::sip
