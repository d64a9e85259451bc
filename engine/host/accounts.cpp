#include "engine/host/accounts.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <toml++/toml.h>

namespace lastcall::host {
namespace {

std::unexpected<HostError> wrong(const std::string& where, std::string_view what) {
  return std::unexpected(HostError{HostFault::kEnvironment, where + ": " + std::string{what}});
}

std::string line_of(const std::string& path, const toml::source_region& source) {
  return path + ":" + std::to_string(source.begin.line);
}

// The tables of the file, and what may stand in each.
constexpr std::array<std::string_view, 2> kTables{"account", "user"};
constexpr std::array<std::string_view, 6> kNames{"aor",      "realm", "user",
                                                 "password", "ha1",   "algorithm"};

std::string text_of(const toml::table& table, std::string_view name) {
  return table[name].value_or(std::string{});
}

std::expected<sip::Key, HostError> read_key(const toml::table& table, const std::string& path) {
  const std::string where = line_of(path, table.source());
  for (const auto& [name, value] : table) {
    const std::string word{name.str()};
    if (std::ranges::find(kNames, word) == kNames.end()) {
      return wrong(where, "'" + word + "' is no setting of an account");
    }
    if (!value.is_string()) return wrong(where, "'" + word + "' must be a text in quotes");
  }
  sip::Key key{.aor = text_of(table, "aor"),
               .realm = text_of(table, "realm"),
               .user = text_of(table, "user"),
               .password = text_of(table, "password"),
               .ha1 = text_of(table, "ha1")};
  if (key.user.empty()) return wrong(where, "an account needs a user");
  if (key.password.empty() == key.ha1.empty()) {
    return wrong(where, "an account needs either a password or a ha1");
  }
  if (!key.ha1.empty() && key.realm.empty()) return wrong(where, "a ha1 is of one realm");
  if (const std::string algorithm = text_of(table, "algorithm"); !algorithm.empty()) {
    const auto known = named<sip::DigestAlgorithm>(algorithm);
    if (!known) return wrong(where, "'" + algorithm + "' is no digest algorithm");
    key.ha1_algorithm = *known;
  }
  return key;
}

std::expected<std::vector<sip::Key>, HostError> read_keys(const toml::table& file,
                                                          std::string_view name,
                                                          const std::string& path) {
  std::vector<sip::Key> keys;
  const toml::node* node = file.get(name);
  if (node == nullptr) return keys;
  const toml::array* entries = node->as_array();
  if (entries == nullptr || !entries->is_homogeneous<toml::table>()) {
    return wrong(line_of(path, node->source()), "write [[" + std::string{name} + "]]");
  }
  for (const toml::node& entry : *entries) {
    auto key = read_key(*entry.as_table(), path);
    if (!key) return std::unexpected(key.error());
    keys.push_back(*std::move(key));
  }
  return keys;
}

std::expected<toml::table, HostError> parse_toml(std::string_view text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return wrong(line_of(path, error.source()), error.description());
  }
}

}  // namespace

std::expected<sip::Keyring, HostError> parse_accounts(std::string_view text,
                                                      const std::string& path) {
  const auto file = parse_toml(text, path);
  if (!file) return std::unexpected(file.error());
  for (const auto& [name, value] : *file) {
    if (std::ranges::find(kTables, name.str()) == kTables.end()) {
      return wrong(line_of(path, value.source()), "only [[account]] and [[user]] stand here");
    }
  }
  auto ours = read_keys(*file, "account", path);
  if (!ours) return std::unexpected(ours.error());
  auto users = read_keys(*file, "user", path);
  if (!users) return std::unexpected(users.error());
  return sip::Keyring{.ours = *std::move(ours), .users = *std::move(users)};
}

std::expected<sip::Keyring, HostError> read_accounts(const std::string& path) {
  struct stat status{};
  std::ifstream file{path, std::ios::binary};
  if (!file || stat(path.c_str(), &status) != 0) return wrong(path, "cannot be read");
  if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return wrong(path, "holds secrets, but everybody may read or write it; chmod o-rw");
  }
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return parse_accounts(text, path);
}

}  // namespace lastcall::host
