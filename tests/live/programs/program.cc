// C++ at its usual: futures, a regex, streams, exceptions across threads, std::filesystem.
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <regex>
#include <stdexcept>
#include <vector>

int main()
{
    namespace fs = std::filesystem;
    std::vector<std::future<int>> parts;
    for (int i = 0; i < 8; i++)
        parts.push_back(std::async(std::launch::async, [i] { return i * i; }));
    int sum = 0;
    for (auto &part : parts)
        sum += part.get();
    auto failing = std::async(std::launch::async, []() -> int { throw std::runtime_error("expected"); });
    try {
        failing.get();
        return 1;
    } catch (const std::runtime_error &) {
    }
    fs::create_directories("cxx/deep");
    std::ofstream("cxx/deep/file") << "sum=" << sum;
    fs::copy("cxx", "cxx2", fs::copy_options::recursive);
    std::string text;
    std::getline(std::ifstream("cxx2/deep/file"), text);
    bool good = std::regex_match(text, std::regex("sum=(\\d+)")) && fs::remove_all("cxx2") == 3;
    std::cout << (good ? "c++ ok " : "c++ wrong ") << text << std::endl;
    return good ? 0 : 1;
}
