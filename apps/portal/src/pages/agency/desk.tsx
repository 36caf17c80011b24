import { Route, Routes } from 'react-router';
import { NotFoundPage } from '../public/not-found.tsx';
import { AgencyDay } from './day.tsx';
import { AgencyFrame } from './frame.tsx';
import { PrepareDocuments } from './prepare-documents.tsx';
import { PrepareLotAgain } from './prepare-lot-again.tsx';
import { PrepareLot } from './prepare-lot.tsx';
import { PrepareNotice } from './prepare-notice.tsx';
import { PrepareProject } from './prepare-project.tsx';
import { PrepareTiming } from './prepare-timing.tsx';
import { Prepare } from './prepare.tsx';
import { AgencyProjects } from './projects.tsx';
import { WorkAward } from './work-award.tsx';
import { WorkCancel } from './work-cancel.tsx';
import { WorkChange } from './work-change.tsx';
import { WorkEvaluation } from './work-evaluation.tsx';
import { WorkOpening } from './work-opening.tsx';
import { WorkQuestions } from './work-questions.tsx';
import { WorkVersions } from './work-versions.tsx';
import { Workbench } from './work.tsx';

/** Every page of the desk, in one piece: whoever works here sees them all. */
export default function AgencyDesk() {
  return (
    <Routes>
      <Route element={<AgencyFrame />}>
        <Route index element={<AgencyDay />} />
        <Route path="projects" element={<AgencyProjects />} />
        <Route path="prepare" element={<PrepareProject />} />
        <Route path="prepare/:projectId" element={<PrepareLot />} />
        <Route path="lots/:lotId/prepare" element={<Prepare />}>
          <Route path="lot" element={<PrepareLotAgain />} />
          <Route path="documents" element={<PrepareDocuments />} />
          <Route path="timing" element={<PrepareTiming />} />
          <Route path="notice" element={<PrepareNotice />} />
        </Route>
        <Route path="lots/:lotId" element={<Workbench />}>
          <Route index element={<WorkVersions />} />
          <Route path="questions" element={<WorkQuestions />} />
          <Route path="change" element={<WorkChange />} />
          <Route path="cancel" element={<WorkCancel />} />
          <Route path="opening" element={<WorkOpening />} />
          <Route path="evaluation" element={<WorkEvaluation />} />
          <Route path="award" element={<WorkAward />} />
        </Route>
      </Route>
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
