#include "tools/second_process.hpp"

#include "replay/recording.hpp"
#include "sim/repeat.hpp"
#include "tools/search_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace lastcall::tools {
namespace {

// A request is a line "scenario<TAB>setup<TAB>token"; the answer a line "hash<TAB>rung rung ...".
// A request "rung N" is about the run before; the answer is its lines below that rung, then an
// empty one. No answer: it did not understand.

std::string read_line(std::FILE* from) {
  std::string line;
  for (int c = std::fgetc(from); c != EOF && c != '\n'; c = std::fgetc(from)) {
    line += static_cast<char>(c);
  }
  return line;
}

// The child's side of the pipes is its standard input and output.
[[noreturn]] void become_second(int in, int out, const std::vector<std::string>& scenarios) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  // Fresh memory holds garbage, freed memory other garbage, and small blocks lie elsewhere.
  setenv("MALLOC_PERTURB_", "165", 1);
  setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0", 1);
  std::vector<std::string> words{"lastcall", "again"};
  words.insert(words.end(), scenarios.begin(), scenarios.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv("/proc/self/exe", argv.data());
  _exit(127);
}

std::vector<std::uint64_t> rungs_of(std::string_view text) {
  std::vector<std::uint64_t> rungs;
  std::istringstream words{std::string{text}};
  for (std::uint64_t rung = 0; words >> rung;) rungs.push_back(rung);
  return rungs;
}

}  // namespace

SecondProcess::SecondProcess(const std::vector<std::string>& scenarios) {
  std::array<int, 2> down{};
  std::array<int, 2> up{};
  if (pipe2(down.data(), O_CLOEXEC) != 0) return;
  if (pipe2(up.data(), O_CLOEXEC) != 0) {
    close(down[0]);
    close(down[1]);
    return;
  }
  std::fflush(stdout);
  child_ = fork();
  if (child_ == 0) become_second(down[0], up[1], scenarios);
  close(down[0]);
  close(up[1]);
  to_ = fdopen(down[1], "w");
  from_ = fdopen(up[0], "r");
  // It says that it is there.
  if (child_ < 0 || read_line(from_) != "ready") {
    std::fclose(to_);
    to_ = nullptr;
  }
}

SecondProcess::~SecondProcess() {
  if (to_ != nullptr) std::fclose(to_);  // it ends when nothing more can come
  if (from_ != nullptr) std::fclose(from_);
  if (child_ > 0) waitpid(child_, nullptr, 0);
}

std::string SecondProcess::ask(const std::string& request) {
  std::fputs(request.c_str(), to_);
  std::fputc('\n', to_);
  std::fflush(to_);
  return read_line(from_);
}

std::optional<std::string> SecondProcess::difference(const sim::Scenario& scenario,
                                                     const sim::Setup& setup,
                                                     const sim::ChoiceMap& choices,
                                                     const sim::RunResult& first) {
  const std::string answer = ask(
      fmt::format("{}\t{}\t{}", scenario.name, replay::setup_text(setup), sim::to_token(choices)));
  const std::size_t tab = answer.find('\t');
  if (tab == std::string::npos) return "the second process did not answer";
  if (answer.substr(0, tab) == first.hash) return std::nullopt;
  const auto rung = sim::first_difference(sim::ladder_of(first), rungs_of(answer.substr(tab)));
  if (!rung) return "the logs are the same, but not the rolling hashes";
  std::vector<std::string> lines;
  for (std::string line = ask(fmt::format("rung {}", *rung)); !line.empty();) {
    lines.push_back(std::move(line));
    line = read_line(from_);
  }
  return sim::first_difference(sim::lines_below(first, *rung), lines, 1 + *rung * sim::kRungRecords)
      .value_or("the hashes differ and the records do not");
}

namespace {

// The other side.
class Again {
 public:
  explicit Again(std::vector<sim::Scenario> scenarios) : scenarios_(std::move(scenarios)) {}

  void answer(const std::string& request) {
    if (request.starts_with("rung ")) {
      for (const std::string& line : sim::lines_below(last_, std::stoul(request.substr(5)))) {
        fmt::print("{}\n", line);
      }
      fmt::print("\n");
    } else if (make(request)) {
      fmt::print("{}\t{}\n", last_.hash, fmt::join(sim::ladder_of(last_), " "));
    } else {
      fmt::print("?\n");
    }
    std::fflush(stdout);
  }

 private:
  bool make(const std::string& request) {
    const std::size_t first = request.find('\t');
    const std::size_t second = request.find('\t', first + 1);
    if (second == std::string::npos) return false;
    const auto scenario =
        std::ranges::find(scenarios_, request.substr(0, first), &sim::Scenario::name);
    const auto setup = replay::parse_setup(request.substr(first + 1, second - first - 1));
    const auto choices = sim::parse_token(request.substr(second + 1));
    if (scenario == scenarios_.end() || !setup || !choices) return false;
    sim::Recorded recorded(*choices);
    last_ = sim::run(*scenario, *setup, recorded);
    return true;
  }

  std::vector<sim::Scenario> scenarios_;
  sim::RunResult last_;
};

Exit run_again(const std::vector<std::string>& names) {
  auto scenarios = load_scenarios(names);
  if (!scenarios) return Exit::kUsage;
  Again again(std::move(*scenarios));
  fmt::print("ready\n");
  std::fflush(stdout);
  for (std::string request; std::getline(std::cin, request);) again.answer(request);
  return Exit::kPassed;
}

}  // namespace

void add_again(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("again", "Make runs again for another lastcall");
  verb->group("");  // not shown
  const auto names = std::make_shared<std::vector<std::string>>();
  verb->add_option("scenario", *names);
  verb->callback([&exit, names] { exit = run_again(*names); });
}

}  // namespace lastcall::tools
