#include "tools/usage.hpp"

#include "sim/nearest.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::tools {
namespace {

using Words = std::vector<std::string>;

Words verbs_of(const CLI::App& app) {
  Words words;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(verb->get_name());
  }
  return words;
}

Words options_of(const CLI::App& app) {
  Words words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    for (const std::string& name : option->get_snames()) words.push_back("-" + name);
  }
  return words;
}

bool has(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string sentence(std::string_view word, std::string_view kind, const Words& words) {
  const std::vector<std::string_view> views{words.begin(), words.end()};
  return sim::unknown_word(word, kind, views);
}

// The first word that is no verb, or no option of the verb; nothing if the words are all known.
std::optional<std::string> unknown_word(const CLI::App& app, const Words& arguments) {
  const CLI::App* verb = nullptr;
  for (const std::string& word : arguments) {
    const bool is_option = word.size() > 1 && word.front() == '-';
    if (verb == nullptr && !is_option) {
      if (!has(verbs_of(app), word)) return sentence(word, "verb", verbs_of(app));
      verb = app.get_subcommand(word);
    } else if (is_option) {
      const Words options = options_of(verb == nullptr ? app : *verb);
      const std::string option = word.substr(0, word.find('='));
      const bool is_number = option.find_first_not_of("-.0123456789") == std::string::npos;
      if (!is_number && !has(options, option)) return sentence(option, "option", options);
    }
  }
  return std::nullopt;
}

}  // namespace

Exit tell_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error);  // help that was asked for
    return Exit::kPassed;
  }
  const auto unknown = unknown_word(app, {argv + 1, argv + argc});
  fmt::print(stderr, "lastcall: {}\n", unknown ? *unknown : std::string{error.what()});
  fmt::print(stderr, "See: lastcall --help\n");
  return Exit::kUsage;
}

}  // namespace lastcall::tools
