// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Included before everything else: algorithms over ranges that C++20 has, and the standard library
// of Debian 12's emscripten, LLVM's of version 13, not yet. As much of them as gait uses; empty
// where they are there.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>

#if defined(_LIBCPP_VERSION) && _LIBCPP_VERSION < 15000
namespace std::ranges {

/// compare(project(a), project(b)).
template <class Compare, class Projection>
constexpr auto projected_by(Compare compare, Projection project) {
    return [compare, project](const auto& a, const auto& b) {
        return invoke(compare, invoke(project, a), invoke(project, b));
    };
}
template <class Test, class Projection>
constexpr auto tested_by(Test test, Projection project) {
    return [test, project](const auto& a) { return invoke(test, invoke(project, a)); };
}

template <class Range, class Test, class Projection = identity>
constexpr auto find_if(Range&& range, Test test, Projection project = {}) {
    return std::find_if(std::begin(range), std::end(range), tested_by(test, project));
}
template <class Range, class Value, class Projection = identity>
constexpr auto find(Range&& range, const Value& value, Projection project = {}) {
    return find_if(
        range, [&](const auto& a) { return a == value; }, project);
}
template <class Range, class Value, class Projection = identity>
constexpr auto count(Range&& range, const Value& value, Projection project = {}) {
    return std::count_if(std::begin(range), std::end(range),
                         tested_by([&](const auto& a) { return a == value; }, project));
}
template <class Range, class Test, class Projection = identity>
constexpr bool any_of(Range&& range, Test test, Projection project = {}) {
    return std::any_of(std::begin(range), std::end(range), tested_by(test, project));
}
template <class Range, class Test, class Projection = identity>
constexpr bool all_of(Range&& range, Test test, Projection project = {}) {
    return std::all_of(std::begin(range), std::end(range), tested_by(test, project));
}

template <class Range, class Compare = std::less<>, class Projection = identity>
constexpr auto max_element(Range&& range, Compare compare = {}, Projection project = {}) {
    return std::max_element(std::begin(range), std::end(range), projected_by(compare, project));
}
template <class Range, class Compare = std::less<>, class Projection = identity>
constexpr bool is_sorted(Range&& range, Compare compare = {}, Projection project = {}) {
    return std::is_sorted(std::begin(range), std::end(range), projected_by(compare, project));
}
template <class Range, class Compare = std::less<>, class Projection = identity>
constexpr void sort(Range&& range, Compare compare = {}, Projection project = {}) {
    std::sort(std::begin(range), std::end(range), projected_by(compare, project));
}
template <class Range, class Compare = std::less<>, class Projection = identity>
void stable_sort(Range&& range, Compare compare = {}, Projection project = {}) {
    std::stable_sort(std::begin(range), std::end(range), projected_by(compare, project));
}

template <class Range, class Output>
constexpr void copy(Range&& range, Output to) {
    std::copy(std::begin(range), std::end(range), to);
}
template <class Range, class Value>
constexpr void fill(Range&& range, const Value& value) {
    std::fill(std::begin(range), std::end(range), value);
}
template <class Range, class Output, class Function>
constexpr void transform(Range&& range, Output to, Function function) {
    std::transform(std::begin(range), std::end(range), to, function);
}

} // namespace std::ranges
#endif
