"""Builds models/limber-en from recordings and synthetic speech: `scripts/model/build --help`.

The stages run in order; each leaves its result in the work folder and is not run again while it is there,
so an interrupted build goes on where it was. Training goes on from its last saved state; all is seeded.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import align
import corpus
import export
import graph
import judging
import numpy as np
import synthesis
import texts
import torch
import train
import variants
from batches import EASY, Acoustics, Sampler, Source
from corpus import NATURAL, Utterance
from network import JUDGE, LISTENER, Network, Shape, priors_path, trained
from network import load as load_network
from phones import JUDGED_PDF, JUDGED_PDF_COUNT, PDF_COUNT, SAFETY_WORD
from plan import MINIATURE, Plan
from progress import Stage

from assistant.languages.packs import load_language

SEED = 1
CORPORA = ("human", "synthetic")
ALIGNED = ("human.aligned", "synthetic.aligned")
REALIGNED = ("human.realigned", "synthetic.realigned")
SHARES = {"safety": 0.07, "words": 0.33, "sentences": 0.16, "natural": 0.3, "command": 0.07, "text": 0.07}
DROPPED_SHARE = 0.03  # of the alignments, the worst: mostly wrong labels
PRIOR_STEPS = 40
CUT_SHARE = 0.5  # of the judge's rows end anywhere


class Build:
    """The stages, over one work folder. With `between` it goes on from halfway between two builds."""

    def __init__(self, work: Path, folders: list[Path], plan: Plan, between: Sequence[Path] = ()) -> None:
        self.work = work
        self.folders = folders
        self.plan = plan
        self.between = between
        self.table = load_language("en").table
        work.mkdir(parents=True, exist_ok=True)

    def stage(self, result: str, make: Callable[[Stage], None]) -> None:
        """Run a stage unless its result is there."""
        if not (self.work / result).exists():
            make(Stage(result))

    def run(self, out: Path, measured: bool) -> None:
        """Everything; `measured` ends with the model that never heard the development set's speakers."""
        self.stage("human.jsonl", self._human)
        self.stage("synthetic.jsonl", self._synthetic)
        for name in CORPORA:
            self.stage(f"{name}.index.npy", partial(self._variants, name))
        self.stage("noises.npy", self._noises)
        self.stage("bootstrap.pt", self._bootstrap)
        self.stage("human.aligned.jsonl", partial(self._align, "human", "bootstrap.pt"))
        self.stage("draft.pt", self._draft)
        self.stage("synthetic.aligned.jsonl", partial(self._align, "synthetic", "draft.pt"))
        builds = [work / "measured.pt" for work in self.between]
        halfway = partial(self._mean, builds, everybody=False, aligned=ALIGNED)
        self.stage("first.pt", halfway if self.between else self._first)
        for name in CORPORA:
            self.stage(f"{name}.realigned.jsonl", partial(self._align, name, "first.pt"))
        second = train.Schedule(self.plan.second_steps, peak_rate=1.5e-3)
        self.stage("second.pt", partial(self._learn_on, "first.pt", second, everybody=False))
        self.stage("measured.pt", partial(self._mean, ("first.pt", "second.pt"), everybody=False))
        mean_judge = partial(self._mean, everybody=False, for_judge=True)
        if self.between:
            builds = [work / "judge.pt" for work in self.between]
            self.stage("first-judge.pt", partial(mean_judge, builds))
            learn_on = partial(self._learn_on, "first-judge.pt", second, everybody=False, for_judge=True)
            self.stage("second-judge.pt", learn_on)
            self.stage("judge.pt", partial(mean_judge, ("first-judge.pt", "second-judge.pt")))
        self.stage("judge.pt", self._judge)
        results = "measured.pt", "judge.pt"
        if not measured:
            last = train.Schedule(self.plan.last_steps, peak_rate=8e-4, constant_part=0.5)
            self.stage("last.pt", partial(self._learn_on, "measured.pt", last, everybody=True))
            self.stage("shipped.pt", partial(self._mean, ("measured.pt", "last.pt"), everybody=True))
            last = replace(last, steps=self.plan.last_judge_steps)
            learn_on = partial(self._learn_on, "judge.pt", last, everybody=True, for_judge=True)
            self.stage("last-judge.pt", learn_on)
            judges = "judge.pt", "last-judge.pt"
            self.stage("shipped-judge.pt", partial(self._mean, judges, everybody=True, for_judge=True))
            results = "shipped.pt", "shipped-judge.pt"
        self.export(*results, out)

    def _sampler(self, *aligned: str, everybody: bool, for_judge: bool = False) -> Sampler:
        """The corpora as aligned; without the development set's speakers, unless `everybody` is wanted."""
        sources = []
        for name, path in zip(CORPORA, aligned, strict=True):
            utterances = corpus.load_utterances(self.work / f"{path}.jsonl")
            if not everybody:
                utterances = _without_measured(utterances)
            source = self._source(name, utterances)
            if for_judge:
                source = replace(source, labels=np.array(JUDGED_PDF, np.uint8)[source.labels])
            sources.append(source)
        acoustics = Acoustics(rows=self.plan.rows, cut_share=CUT_SHARE if for_judge else 0.0)
        return Sampler(sources, self._noise_clips(), acoustics, SHARES, SEED + 1)

    def _human(self, stage: Stage) -> None:
        stage(0.0)
        read = (item for folder in self.folders for item in corpus.read_human(folder))
        corpus.gather(read).save(self.work / "human")

    def _synthetic(self, stage: Stage) -> None:
        rng = random.Random(SEED)
        said = texts.sentences(self.table, self.plan.synthetic_utterances, rng)
        jobs = [(kind, text, synthesis.any_manner(rng)) for kind, text in said]
        spoken = synthesis.synthesize(jobs, lambda done: stage(done / len(jobs)))
        corpus.gather(spoken).save(self.work / "synthetic")

    def _variants(self, name: str, stage: Stage) -> None:
        counts = [self._variant_count(u) for u in corpus.load(self.work / name).utterances]
        variants.make(self.work / name, self.work / name, counts, SEED, stage)

    def _variant_count(self, utterance: Utterance) -> int:
        if utterance.kind in NATURAL:
            return self.plan.natural_variants
        human = utterance.kind == "human"
        if utterance.text == SAFETY_WORD:
            return self.plan.safety_variants if human else self.plan.human_variants
        return self.plan.human_variants if human else 1

    def _noises(self, stage: Stage) -> None:
        stage(0.0)
        packs = [corpus.load(self.work / name) for name in CORPORA]
        packs = [replace(p, utterances=tuple(u for u in p.utterances if not u.measured)) for p in packs]
        recorded = (samples for folder in self.folders for samples in corpus.read_noises(folder))
        variants.make_noises(packs, recorded, self.work / "noises.npy", self.plan.noise_clips, SEED)

    def _source(self, name: str, utterances: tuple[Utterance, ...]) -> Source:
        stored = variants.load_variants(self.work / name)
        return Source(stored, stored.labels(utterances), utterances)

    def _train(self, network: Network, sampler: Sampler, schedule: train.Schedule, stage: Stage) -> None:
        def report(now: train.Progress) -> None:
            stage(now.step / schedule.steps, f"(loss {now.loss:.3f}, phones right {now.right:.1%})")

        priors = priors_path(self.work / stage.name)
        if not priors.exists():
            np.save(priors, sampler.label_shares(PRIOR_STEPS))
        train.train(network, sampler, schedule, self.work / stage.name, report)

    def _bootstrap(self, stage: Stage) -> None:
        """Learn phones from flite alone, which says when each of its phones ends."""
        utterances = corpus.load(self.work / "synthetic").utterances
        sampler = Sampler(
            [self._source("synthetic", _without_measured(utterances))],
            self._noise_clips(),
            replace(EASY, rows=self.plan.rows),
            SHARES,
            SEED,
        )
        network = Network(PDF_COUNT)
        train.normalize_input(network, sampler)
        self._train(network, sampler, train.Schedule(self.plan.bootstrap_steps), stage)

    def _align(self, name: str, by: str, stage: Stage) -> None:
        pack = corpus.load(self.work / name)
        prior = np.load(priors_path(self.work / by))
        starts = range(0, len(pack.utterances), align.SLICE)
        jobs = [(self.work / name, self.work / by, prior, start) for start in starts]
        aligned: list[tuple[float, Utterance]] = []
        with Pool(os.cpu_count()) as pool:
            for done, part in enumerate(pool.imap(align.align_slice, jobs)):
                aligned += part
                stage((done + 1) / len(jobs))
        corpus.save_utterances(self.work / stage.name, align.without_worst(aligned, DROPPED_SHARE))

    def _noise_clips(self) -> np.ndarray:
        return np.asarray(np.load(self.work / "noises.npy", mmap_mode="r"))

    def _draft(self, stage: Stage) -> None:
        """Learn human speech from a first, rough alignment, and more of flite's, just to align the rest."""
        network = load_network(self.work / "bootstrap.pt", PDF_COUNT)
        sampler = self._sampler("human.aligned", "synthetic", everybody=False)
        self._train(network, sampler, train.Schedule(self.plan.draft_steps), stage)

    def _first(self, stage: Stage) -> None:
        """Learn from all speakers but those of the development set, as a draft aligned them."""
        network = load_network(self.work / "draft.pt", PDF_COUNT)
        sampler = self._sampler(*ALIGNED, everybody=False)
        self._train(network, sampler, train.Schedule(self.plan.first_steps), stage)

    def _learn_on(
        self, begun: str, schedule: train.Schedule, stage: Stage, *, everybody: bool, for_judge: bool = False
    ) -> None:
        """Go on from a network, better aligned."""
        network = load_network(self.work / begun, *_outputs_and_shape(for_judge=for_judge))
        sampler = self._sampler(*REALIGNED, everybody=everybody, for_judge=for_judge)
        self._train(network, sampler, schedule, stage)

    def _judge(self, stage: Stage) -> None:
        """A second opinion, learned from a fresh start: where it errs, it errs otherwise."""
        network = Network(JUDGED_PDF_COUNT, JUDGE)
        sampler = self._sampler(*REALIGNED, everybody=False, for_judge=True)
        train.normalize_input(network, sampler)
        self._train(network, sampler, train.Schedule(self.plan.judge_steps), stage)

    def _mean(
        self,
        names: Sequence[str | Path],
        stage: Stage,
        *,
        everybody: bool,
        for_judge: bool = False,
        aligned: tuple[str, str] = REALIGNED,
    ) -> None:
        """Halfway between two networks, of which one learned on from the other or both from the same."""
        stage(0.0)
        described = _outputs_and_shape(for_judge=for_judge)
        one, other = (load_network(self.work / name, *described) for name in names)
        sampler = self._sampler(*aligned, everybody=everybody, for_judge=for_judge)
        shutil.copy(priors_path(self.work / names[1]), priors_path(self.work / stage.name))
        torch.save(train.mean_of(one, other, sampler).state_dict(), self.work / stage.name)

    def export(self, network: str, judge: str, out: Path) -> None:
        """Write the model folder."""
        export.write(out, *trained(self.work / network, PDF_COUNT), export.Options())
        judging.write(out, *trained(self.work / judge, JUDGED_PDF_COUNT, JUDGE))
        sys.stderr.write(f"{graph.build(out)}\n")


def _outputs_and_shape(*, for_judge: bool) -> tuple[int, Shape]:
    return (JUDGED_PDF_COUNT, JUDGE) if for_judge else (PDF_COUNT, LISTENER)


def _without_measured(utterances: tuple[Utterance, ...]) -> tuple[Utterance, ...]:
    """All of them; those kept for measuring are not aligned, so that training leaves them out."""
    return tuple(replace(u, phones=()) if u.measured else u for u in utterances)


def main() -> None:
    """Build the model."""
    parser = argparse.ArgumentParser(description="Build Limber's speech model.")
    parser.add_argument(
        "--recordings",
        type=Path,
        action="append",
        required=True,
        help="a folder of transcribed speech; repeatable",
    )
    parser.add_argument("--work", type=Path, required=True, help="a folder for what the stages leave behind")
    parser.add_argument("--out", type=Path, default=graph.ROOT / "models" / "limber-en")
    parser.add_argument(
        "--between",
        type=Path,
        nargs=2,
        default=(),
        metavar="WORK",
        help="two builds that learned on from the same draft: go on from halfway between them",
    )
    parser.add_argument("--measured", action="store_true", help="leave the development set's speakers out")
    parser.add_argument(
        "--miniature", action="store_true", help="a tiny model in a minute, to try the pipeline"
    )
    parser.add_argument(
        "--longer", type=float, default=1.0, help="times as many steps as the shipped model had"
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    plan = MINIATURE if arguments.miniature else Plan().longer(arguments.longer)
    Build(arguments.work, arguments.recordings, plan, arguments.between).run(
        arguments.out, arguments.measured
    )


if __name__ == "__main__":
    main()
