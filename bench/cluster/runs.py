# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""Runs of har_train_mpi, and what their logs say."""

import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOUR_HOSTS = ROOT / "tests/distributed/four_hosts"
# What root and more ranks than processors need to say, in Open MPI's own variables.
ENVIRONMENT = os.environ | {
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMP_WAIT_POLICY": "passive"}


@dataclasses.dataclass(frozen=True)
class Setup:
    mode: str          # single, sync, async or local
    ranks: int = 1     # that compute
    threads: int = 1   # of each
    every: int = 10    # steps between two averages of local SGD
    servers: int = 1   # of asynchronous SGD, beside its `ranks` workers

    @property
    def title(self):
        one = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return {"single": f"single, {one}",
                "sync": f"sync, {self.ranks} ranks",
                "local": f"local SGD, {self.ranks} ranks",
                "async": f"async, {self.ranks} workers"}[self.mode]

    @property
    def processes(self):
        return self.ranks + (self.servers if self.mode == "async" else 0)

    @property
    def words(self):
        words = ["--threads", str(self.threads)]
        if self.mode == "async":
            words += ["--mode", "async", "--servers", str(self.servers)]
        if self.mode == "local":
            words += ["--average-every", str(self.every)]
        return words


class Run:
    """What a run has logged; its first epoch is left out of all times."""

    def __init__(self, setup, folder, batch):
        self.setup, self.batch = setup, batch
        self.epochs, self.steps = (
            [json.loads(line) for line in (folder / name).read_text().splitlines()]
            for name in ("epochs.jsonl", "steps.jsonl"))
        if len(self.epochs) < 2:
            raise RuntimeError(f"{folder}: expected two epochs or more, found {len(self.epochs)}")

    def windows(self, epoch=2):
        return sum(step["windows"] for step in self.steps if step["epoch"] == epoch)

    def batches(self):
        """Of an epoch, whose last one may be a part. (Asynchronous SGD makes several steps of one.)"""
        return self.windows() / self.batch

    def mean(self, name):
        return statistics.mean(epoch[name] for epoch in self.epochs[1:])

    def step_seconds(self):
        """For a batch. Meaningful without validation, which an epoch's time includes."""
        return self.mean("seconds") / self.batches()

    def waited(self):
        """Seconds that a rank waits for others, for a batch."""
        return self.mean("seconds_waited") / self.setup.processes / self.batches()

    def sent(self):
        """Bytes that all ranks send for a batch."""
        return self.mean("bytes_sent") / self.batches()

    def samples(self):
        """Seconds of every full step."""
        return tuple(step["seconds"] for step in self.steps
                     if step["epoch"] > 1 and step["windows"] == self.batch)


class Runner:
    """Starts runs, or reads those of an earlier time."""

    def __init__(self, programs, folder, say, fresh):
        self.programs, self.folder, self.say, self.fresh = programs, folder, say, fresh
        folder.mkdir(parents=True, exist_ok=True)

    def call(self, command):
        done = subprocess.run([str(word) for word in command], env=ENVIRONMENT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()
            about = next((line for line in said if "har_" in line), said[-1])
            raise RuntimeError(f"{command[0]} ended with {done.returncode} and said: {about}")
        return done.stdout

    def simulated(self, rows, users):
        """Prepared recordings of simulated people."""
        table, prepared = self.folder / "recordings.csv", self.folder / "prepared.safetensors"
        self.call([self.programs / "har_simulate", "--rows", rows, "--users", users, "-o", table])
        self.call([self.programs / "har_prepare", table, "-o", prepared])
        return prepared

    def prepared(self, path):
        if path.suffix == ".safetensors":
            return path.resolve()
        result = self.folder / "prepared.safetensors"
        self.call([self.programs / "har_prepare", path.resolve(), "-o", result])
        return result

    def run(self, stage, name, setup, data, batch, options, hosts=0):
        """`hosts`: on so many of four_hosts, by TCP; 0: on this machine."""
        folder = self.folder / stage / name.replace(", ", "-").replace(" ", "-")
        if stage in self.fresh:
            # Beside and renamed: a run that was stopped or skipped is none.
            part = folder.with_name(folder.name + ".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            start = ["mpirun", "-n", setup.processes, "--bind-to", "none"]
            train = [self.programs / "har_train_mpi", data, "-o", part / "weights.safetensors",
                     "--recipe", "plain", "--batch", batch, "--log", part / "epochs.jsonl",
                     "--log-steps", part / "steps.jsonl", *setup.words, *options]
            if hosts:
                addresses = ",".join(f"10.7.0.{i + 1}" for i in range(hosts))
                start = [FOUR_HOSTS, "on_host", "alpha", *start, "--host", addresses]
            self.call(start + train)
            shutil.rmtree(folder, ignore_errors=True)
            part.rename(folder)
        elif not folder.exists():
            return None
        run = Run(setup, folder, batch)
        self.say(f"{stage}: {name}: {1e3 * run.step_seconds():.1f} ms a batch, "
                 f"loss {run.epochs[-1]['train_loss']:.3f}")
        return run
